// Depthwise 3x3 convolutions with padding 1. A row of outputs is made from left to right, so that every
// input is loaded once for all the windows of that row.
#pragma once

#include "maps.h"

namespace depthwise {

struct Kernel {
    explicit Kernel(const float* w, bool turned = false) {
        for (int k = 0; k < 9; ++k) tap[k] = spread(w[turned ? 8 - k : k]);
    }
    Vector tap[9];
};

// The three inputs above each other in one column, times one column of the kernel.
struct Column {
    Column() : above{}, here{}, below{} {}
    Column(const float* const rows[3], int64_t place)
        : above(load(rows[0] + place)), here(load(rows[1] + place)), below(load(rows[2] + place)) {}
    Vector times(const Kernel& kernel, int column) const {
        return above * kernel.tap[column] + here * kernel.tap[3 + column] +
               below * kernel.tap[6 + column];
    }
    Vector above, here, below;
};

// A part of a row, so short that its inputs and outputs stay in the first cache.
struct Part {
    int64_t from, to, width, pictures;
};

template <class Action>
inline void by_parts(int64_t width, int64_t pictures, Action action) {
    const int64_t size = std::max<int64_t>(4, 1536 / pictures);
    for (int64_t from = 0; from < width; from += size)
        action(Part{from, std::min(width, from + size), width, pictures});
}

inline Column column_at(const float* const rows[3], int64_t x, int64_t b, int64_t width,
                        int64_t pictures) {
    return x >= 0 && x < width ? Column(rows, x * pictures + b) : Column();
}

// `part` is of the outputs, `width` the inputs'.
inline void row_of_stride_1(const float* const rows[3], const Kernel& kernel, float* out, Part part,
                            int64_t width) {
    for (int64_t b = 0; b < part.pictures; b += LANES) {
        const auto column = [&](int64_t x) {
            return column_at(rows, x, b, width, part.pictures);
        };
        const Column first = column(part.from);
        Vector left = column(part.from - 1).times(kernel, 0) + first.times(kernel, 1);
        Vector here = first.times(kernel, 0);
        for (int64_t x = part.from + 1; x < part.to; ++x) {
            const Column next(rows, x * part.pictures + b);
            store(out + (x - 1) * part.pictures + b, left + next.times(kernel, 2));
            left = here + next.times(kernel, 1);
            here = next.times(kernel, 0);
        }
        store(out + (part.to - 1) * part.pictures + b, left + column(part.to).times(kernel, 2));
    }
}

inline void row_of_stride_2(const float* const rows[3], const Kernel& kernel, float* out, Part part,
                            int64_t width) {
    for (int64_t b = 0; b < part.pictures; b += LANES) {
        const auto column = [&](int64_t x) {
            return column_at(rows, x, b, width, part.pictures);
        };
        Vector begun = column(2 * part.from - 1).times(kernel, 0);
        for (int64_t x = part.from; x < part.to; ++x) {
            const Column right = column(2 * x + 1);
            store(out + x * part.pictures + b,
                  begun + column(2 * x).times(kernel, 1) + right.times(kernel, 2));
            begun = right.times(kernel, 0);
        }
    }
}

// Part of a row of a stride 2 convolution's input gradient, from the two rows of the output's that it went
// into. `part` is of the outputs.
inline void row_back(const float* const rows[2], const Vector kernel[2][3], float* in, Part part,
                     int64_t width) {
    for (int64_t b = 0; b < part.pictures; b += LANES) {
        const auto at = [&](int row, int64_t x) {
            return x < part.width ? load(rows[row] + x * part.pictures + b) : Vector{};
        };
        Vector one = at(0, part.from), two = at(1, part.from);
        for (int64_t x = part.from; x < part.to; ++x) {
            store(in + 2 * x * part.pictures + b, one * kernel[0][1] + two * kernel[1][1]);
            Vector odd = one * kernel[0][2] + two * kernel[1][2];
            one = at(0, x + 1), two = at(1, x + 1);
            odd += one * kernel[0][0] + two * kernel[1][0];
            if (2 * x + 1 < width) store(in + (2 * x + 1) * part.pictures + b, odd);
        }
    }
}

// Adds a part of a row's share of the kernel's gradient.
template <int STRIDE>
inline void row_weights(const float* const rows[3], const float* gradient, Vector total[9], Part part,
                        int64_t width) {
    Vector t[9];
    for (int k = 0; k < 9; ++k) t[k] = total[k];
    for (int64_t b = 0; b < part.pictures; b += LANES) {
        const auto column = [&](int64_t x) {
            return column_at(rows, x, b, width, part.pictures);
        };
        Column left = column(part.from * STRIDE - 1), here = column(part.from * STRIDE);
        for (int64_t x = part.from; x < part.to; ++x) {
            const Column right = column(x * STRIDE + 1);
            const Vector g = load(gradient + x * part.pictures + b);
            t[0] += g * left.above, t[1] += g * here.above, t[2] += g * right.above;
            t[3] += g * left.here, t[4] += g * here.here, t[5] += g * right.here;
            t[6] += g * left.below, t[7] += g * here.below, t[8] += g * right.below;
            left = STRIDE == 1 ? here : right;
            here = STRIDE == 1 ? right : column((x + 1) * STRIDE);
        }
    }
    for (int k = 0; k < 9; ++k) total[k] = t[k];
}

inline void forward(const Plane& in, const float* weights, int64_t stride, const Plane& out) {
    const PaddedPlane padded(in);
    const Kernel kernel(weights);
    for (int64_t y = 0; y < out.height; ++y) {
        const int64_t middle = y * stride;
        const float* rows[3] = {padded.row(middle - 1), padded.row(middle), padded.row(middle + 1)};
        by_parts(out.width, out.pictures, [&](Part part) {
            (stride == 1 ? row_of_stride_1 : row_of_stride_2)(rows, kernel, out.row(y), part, in.width);
        });
    }
}

inline void gradient_of_stride_1(const PaddedPlane& out, const float* weights, const Plane& in) {
    const Kernel kernel(weights, true);
    for (int64_t y = 0; y < in.height; ++y) {
        const float* rows[3] = {out.row(y - 1), out.row(y), out.row(y + 1)};
        by_parts(in.width, in.pictures,
                 [&](Part part) { row_of_stride_1(rows, kernel, in.row(y), part, in.width); });
    }
}

inline void gradient_of_stride_2(const PaddedPlane& out, const float* weights, const Plane& in) {
    for (int64_t y = 0; y < in.height; ++y) {
        // An even row went into the middle of one output row, an odd one below one, above another.
        const bool odd = y % 2;
        const float* rows[2] = {out.row(y / 2), out.row(odd ? y / 2 + 1 : -1)};
        Vector kernel[2][3];
        for (int k = 0; k < 3; ++k) {
            kernel[0][k] = spread(weights[(odd ? 6 : 3) + k]);
            kernel[1][k] = spread(weights[k]);
        }
        by_parts(out.plane.width, in.pictures,
                 [&](Part part) { row_back(rows, kernel, in.row(y), part, in.width); });
    }
}

inline void input_gradient(const Plane& out, const float* weights, int64_t stride, const Plane& in) {
    (stride == 1 ? gradient_of_stride_1 : gradient_of_stride_2)(PaddedPlane(out), weights, in);
}

inline void weight_gradient(const Plane& in, const Plane& out, int64_t stride, float* found) {
    const PaddedPlane padded(in);
    Vector total[9] = {};
    for (int64_t y = 0; y < out.height; ++y) {
        const int64_t middle = y * stride;
        const float* rows[3] = {padded.row(middle - 1), padded.row(middle), padded.row(middle + 1)};
        by_parts(out.width, out.pictures, [&](Part part) {
            (stride == 1 ? row_weights<1> : row_weights<2>)(rows, out.row(y), total, part, in.width);
        });
    }
    for (int k = 0; k < 9; ++k) found[k] = sum(total[k]);
}

}  // namespace depthwise
