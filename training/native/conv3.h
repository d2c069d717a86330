// Dense 3x3 convolutions with padding 1.
#pragma once

#include <array>

#include "maps.h"

constexpr int BLOCK = 8;  // output channels that share one load of the input

// 3x3, stride 1, padding 1. weights: [inputs][9][outputs], outputs a multiple of 8.
inline torch::Tensor conv3(torch::Tensor input, torch::Tensor weights) {
    const Maps in(input);
    const int64_t outputs = weights.size(2);
    auto result = torch::empty({outputs, in.height, in.width, in.pictures}, input.options());
    const Maps out(result);
    const float* w = weights.data_ptr<float>();
    for (int64_t y = 0; y < in.height; ++y)
        for (int64_t first = 0; first < outputs; first += BLOCK)
            for (int64_t x = 0; x < in.width; ++x)
                for (int64_t b = 0; b < in.pictures; b += LANES) {
                    Vector total[BLOCK] = {};
                    for (int64_t c = 0; c < in.channels; ++c)
                        for (int ky = 0; ky < 3; ++ky) {
                            const int64_t row = y + ky - 1;
                            if (row < 0 || row >= in.height) continue;
                            for (int kx = 0; kx < 3; ++kx) {
                                const int64_t column = x + kx - 1;
                                if (column < 0 || column >= in.width) continue;
                                const Vector v = load(in.at(c, row, column) + b);
                                const float* at = w + (c * 9 + ky * 3 + kx) * outputs + first;
                                for (int k = 0; k < BLOCK; ++k) total[k] += v * at[k];
                            }
                        }
                    for (int k = 0; k < BLOCK; ++k) store(out.at(first + k, y, x) + b, total[k]);
                }
    return result;
}

namespace {

// Adds what columns from..to-1 of one row bring for an input channel's kernel row, 3 taps x BLOCK outputs.
inline void add_row(const float* in, const float* gradient, int64_t step, int64_t from, int64_t to,
                    int64_t width, int64_t pictures, Vector kept[3][BLOCK]) {
    Vector total[3][BLOCK];
    for (int k = 0; k < BLOCK; ++k)
        for (int tap = 0; tap < 3; ++tap) total[tap][k] = kept[tap][k];
    for (int64_t b = 0; b < pictures; b += LANES) {
        Vector left = from > 0 ? load(in + (from - 1) * pictures + b) : Vector{};
        Vector here = load(in + from * pictures + b);
        for (int64_t x = from; x < to; ++x) {
            const Vector right = x + 1 < width ? load(in + (x + 1) * pictures + b) : Vector{};
            for (int k = 0; k < BLOCK; ++k) {
                const Vector g = load(gradient + k * step + x * pictures + b);
                total[0][k] += left * g;
                total[1][k] += here * g;
                total[2][k] += right * g;
            }
            left = here;
            here = right;
        }
    }
    for (int k = 0; k < BLOCK; ++k)
        for (int tap = 0; tap < 3; ++tap) kept[tap][k] = total[tap][k];
}

}  // namespace

// Gradient of conv3's weights, [inputs][9][outputs].
inline torch::Tensor conv3_weights(torch::Tensor input, torch::Tensor gradient) {
    const Maps in(input), out(gradient);
    const int64_t blocks = out.channels / BLOCK, step = out.plane(0).size();
    const int64_t part = std::max<int64_t>(4, 768 / in.pictures);  // stays in the first cache
    std::vector<std::array<Vector[3][BLOCK], 3>> totals(in.channels * blocks);
    for (int64_t y = 0; y < in.height; ++y)
        for (int64_t block = 0; block < blocks; ++block)
            for (int64_t from = 0; from < in.width; from += part)
                for (int64_t c = 0; c < in.channels; ++c)
                    for (int64_t row = std::max<int64_t>(0, y - 1);
                         row <= std::min(in.height - 1, y + 1); ++row)
                        add_row(in.at(c, row, 0), out.at(block * BLOCK, y, 0), step, from,
                                std::min(in.width, from + part), in.width, in.pictures,
                                totals[c * blocks + block][row - y + 1]);
    auto result = torch::empty({in.channels, 9, out.channels}, input.options());
    float* found = result.data_ptr<float>();
    for (int64_t c = 0; c < in.channels; ++c)
        for (int tap = 0; tap < 9; ++tap)
            for (int64_t k = 0; k < out.channels; ++k)
                *found++ = sum(totals[c * blocks + k / BLOCK][tap / 3][tap % 3][k % BLOCK]);
    return result;
}
