// Batch normalisation over everything but the channel, then an activation.
#pragma once

#include <cmath>

#include "maps.h"

// The normal distribution's integral minus a half, and GELU's slope minus a half, are odd in z. Beyond
// EDGE they are flat to 1e-5; within, each is z times a polynomial in u = 2 (z / EDGE)^2 - 1, fitted
// by least squares at Chebyshev's nodes to 3e-6.
constexpr float EDGE = 4.5f;
constexpr float INTEGRAL[] = {
    1.56905117e-01f, -7.71919953e-02f, 5.46899968e-02f, -4.01390619e-02f, 2.83884068e-02f,
    -1.88955694e-02f, 1.11049033e-02f, -5.44258996e-03f, 3.14612153e-03f, -2.24449502e-03f,
    7.89650764e-04f};
constexpr float SLOPE[] = {
    1.59429602e-01f, -8.99782447e-02f, 8.71041245e-02f, -9.46993916e-02f, 9.68089010e-02f,
    -8.90454249e-02f, 7.32547023e-02f, -4.81672409e-02f, 2.39663003e-02f, -1.64038338e-02f,
    1.39336399e-02f, -5.07722051e-03f};

template <int SIZE>
inline float half_plus_odd(const float (&terms)[SIZE], float z) {
    z = std::fmin(std::fmax(z, -EDGE), EDGE);
    const float u = z * z * (2.0f / (EDGE * EDGE)) - 1.0f;
    float value = terms[SIZE - 1];
    for (int k = SIZE - 2; k >= 0; --k) value = value * u + terms[k];
    return 0.5f + z * value;
}

// What follows a normalisation: its value, and its slope with what the gradient is multiplied.
struct Gelu {
    static float value(float z) { return z * half_plus_odd(INTEGRAL, z); }
    static float slope(float z) { return half_plus_odd(SLOPE, z); }
};
struct Relu {
    static float value(float z) { return z > 0 ? z : 0; }
    static float slope(float z) { return z > 0 ? 1 : 0; }
};
struct Nothing {
    static float value(float z) { return z; }
    static float slope(float) { return 1; }
};

constexpr int64_t PIECE = 4096;  // values that are added up as floats before doubles take over

// How one channel is normalised: z = gain (x - mean) inverse + shift.
struct Channel {
    Channel(float gain, float shift, float mean, float variance, double epsilon)
        : gain(gain), shift(shift), mean(mean), inverse(1 / std::sqrt(variance + epsilon)),
          scale(gain * inverse), offset(shift - scale * mean) {}
    float gain, shift, mean, inverse, scale, offset;
};

// The parameters and the statistics (mean and biased variance) of all channels.
struct Norms {
    Norms(torch::Tensor gain, torch::Tensor shift, double epsilon)
        : Norms(gain, shift, torch::empty_like(gain), torch::empty_like(gain), epsilon) {}
    Norms(torch::Tensor gain, torch::Tensor shift, torch::Tensor mean, torch::Tensor variance,
          double epsilon)
        : gain(gain), shift(shift), mean(mean), variance(variance), epsilon(epsilon) {}

    Channel channel(int64_t c) const {
        const auto at = [c](const torch::Tensor& values) { return values.data_ptr<float>()[c]; };
        return {at(gain), at(shift), at(mean), at(variance), epsilon};
    }
    // Takes the statistics of a channel from its values.
    Channel measure(int64_t c, const Plane& x) {
        double total = 0, squares = 0;
        for (int64_t from = 0; from < x.size(); from += PIECE) {
            const int64_t to = std::min(x.size(), from + PIECE);
            float part = 0, square = 0;
            for (int64_t i = from; i < to; ++i) {
                part += x.data[i];
                square += x.data[i] * x.data[i];
            }
            total += part;
            squares += square;
        }
        const double middle = total / x.size();
        mean.data_ptr<float>()[c] = middle;
        variance.data_ptr<float>()[c] = squares / x.size() - middle * middle;
        return channel(c);
    }
    torch::Tensor gain, shift, mean, variance;
    double epsilon;
};

// Sums over a channel: of the gradient, and of its product with the normalised values.
struct Sums {
    double total = 0, product = 0;
};

template <class Activation>
inline void activate(const Channel& k, const float* x, float* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = Activation::value(k.scale * x[i] + k.offset);
}

// Writes the gradient in front of the activation into d, which may be g.
template <class Activation>
inline Sums activate_back(const Channel& k, const float* x, const float* g, float* d, int64_t count) {
    Sums sums;
    for (int64_t from = 0; from < count; from += PIECE) {
        const int64_t to = std::min(count, from + PIECE);
        float part = 0, with = 0;
        for (int64_t i = from; i < to; ++i) {
            const float normed = (x[i] - k.mean) * k.inverse;
            d[i] = g[i] * Activation::slope(k.gain * normed + k.shift);
            part += d[i];
            with += d[i] * normed;
        }
        sums.total += part;
        sums.product += with;
    }
    return sums;
}

// Turns the gradient in front of the activation into the one in front of the normalisation.
inline void normalise_back(const Channel& k, const Sums& sums, const float* x, float* d,
                           int64_t count) {
    const float level = sums.total / count, slope = sums.product / count * k.inverse;
    for (int64_t i = 0; i < count; ++i) d[i] = k.scale * (d[i] - level - (x[i] - k.mean) * slope);
}

template <class Action>
inline void by_activation(const std::string& name, Action action) {
    if (name == "gelu") return action(Gelu());
    if (name == "relu") return action(Relu());
    TORCH_CHECK(name == "none", "no activation ", name);
    action(Nothing());
}
