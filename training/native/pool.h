// The maximum of 3x3 windows, stride 2, padding 1.
#pragma once

#include "maps.h"

typedef int32_t Choice __attribute__((vector_size(4 * LANES), aligned(4)));
typedef uint8_t Taps __attribute__((vector_size(LANES), aligned(1)));

// Places of a channel that belong to one place of another, and the window's tap at each.
struct Window {
    void add(int64_t from, int number) {
        place[size] = from;
        tap[size++] = number;
    }
    int size = 0;
    int place[9];
    uint8_t tap[9];
};

// The inputs of each output.
inline std::vector<Window> reading(const Plane& in, const Plane& out) {
    std::vector<Window> windows(out.height * out.width);
    for (int64_t place = 0; place < out.height * out.width; ++place)
        for (int tap = 0; tap < 9; ++tap) {
            const int64_t y = place / out.width * 2 + tap / 3 - 1;
            const int64_t x = place % out.width * 2 + tap % 3 - 1;
            if (y >= 0 && y < in.height && x >= 0 && x < in.width)
                windows[place].add((y * in.width + x) * in.pictures, tap);
        }
    return windows;
}

// The outputs that each input goes into.
inline std::vector<Window> writing(const Plane& in, const Plane& out) {
    const std::vector<Window> read = reading(in, out);
    std::vector<Window> windows(in.height * in.width);
    for (size_t place = 0; place < read.size(); ++place)
        for (int k = 0; k < read[place].size; ++k)
            windows[read[place].place[k] / in.pictures].add(place * out.pictures, read[place].tap[k]);
    return windows;
}

// The largest value of a window (the smallest where `sign` is -1) and its tap, for 16 pictures.
inline void extreme(const Window& window, const float* from, float sign, float* to, uint8_t* tap) {
    Vector best = load(from + window.place[0]) * sign;
    Choice chosen = Choice{} + window.tap[0];
    for (int k = 1; k < window.size; ++k) {
        const Vector v = load(from + window.place[k]) * sign;
        chosen = v > best ? Choice{} + window.tap[k] : chosen;
        best = v > best ? v : best;
    }
    store(to, best * sign);
    *reinterpret_cast<Taps*>(tap) = __builtin_convertvector(chosen, Taps);
}

// The gradients of all windows that chose one input, for all pictures.
template <int SIZE>
inline void scatter(const Window& window, const float* gradient, const uint8_t* taps, float* to,
                    int64_t pictures) {
    for (int64_t b = 0; b < pictures; b += LANES) {
        Vector total = {};
        for (int k = 0; k < SIZE; ++k) {
            const int64_t at = window.place[k] + b;
            const Taps chosen = *reinterpret_cast<const Taps*>(taps + at);
            const Choice here = __builtin_convertvector(chosen, Choice) == window.tap[k];
            total += here ? load(gradient + at) : Vector{};
        }
        store(to + b, total);
    }
}

inline void scatter_any(const Window& window, const float* gradient, const uint8_t* taps, float* to,
                        int64_t pictures) {
    const auto sized = window.size == 1 ? scatter<1> : window.size == 2 ? scatter<2> : scatter<4>;
    sized(window, gradient, taps, to, pictures);
}
