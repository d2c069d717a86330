// Training kernels for small networks on one core. Maps are stored [channels][height][width][pictures]
// with the pictures innermost, in multiples of 16: every operation is then the same arithmetic on 16
// neighbouring numbers, whatever the channel counts, and padding costs nothing.
#include <torch/extension.h>

#include <cmath>
#include <vector>

namespace {

constexpr int LANES = 16;
typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

inline Vector load(const float* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }

inline float sum(Vector v) {
    float total = 0;
    for (int i = 0; i < LANES; ++i) total += v[i];
    return total;
}

struct Maps {
    explicit Maps(const torch::Tensor& t)
        : data(t.data_ptr<float>()), channels(t.size(0)), height(t.size(1)), width(t.size(2)),
          pictures(t.size(3)) {
        TORCH_CHECK(t.is_contiguous() && t.scalar_type() == torch::kFloat && pictures % LANES == 0);
    }
    float* at(int64_t c, int64_t y, int64_t x) const {
        return data + ((c * height + y) * width + x) * pictures;
    }
    float* data;
    int64_t channels, height, width, pictures;
};

constexpr int BLOCK = 8;  // output channels that share one load of the input

}  // namespace

// 3x3, stride 1, padding 1. weights: [inputs][9][outputs], outputs a multiple of 8.
torch::Tensor conv3(torch::Tensor input, torch::Tensor weights) {
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

// Gradient of conv3's weights, [inputs][9][outputs].
torch::Tensor conv3_weights(torch::Tensor input, torch::Tensor gradient) {
    const Maps in(input), out(gradient);
    const int64_t outputs = out.channels;
    std::vector<Vector> totals(in.channels * 9 * outputs, Vector{});
    for (int64_t y = 0; y < in.height; ++y)
        for (int64_t c = 0; c < in.channels; ++c)
            for (int tap = 0; tap < 9; ++tap) {
                const int64_t row = y + tap / 3 - 1, shift = tap % 3 - 1;
                if (row < 0 || row >= in.height) continue;
                for (int64_t first = 0; first < outputs; first += BLOCK) {
                    Vector* kept = &totals[(c * 9 + tap) * outputs + first];
                    Vector total[BLOCK];
                    for (int k = 0; k < BLOCK; ++k) total[k] = kept[k];
                    const int64_t from = std::max<int64_t>(0, -shift);
                    const int64_t to = std::min(in.width, in.width - shift);
                    for (int64_t x = from; x < to; ++x)
                        for (int64_t b = 0; b < in.pictures; b += LANES) {
                            const Vector v = load(in.at(c, row, x + shift) + b);
                            for (int k = 0; k < BLOCK; ++k)
                                total[k] += v * load(out.at(first + k, y, x) + b);
                        }
                    for (int k = 0; k < BLOCK; ++k) kept[k] = total[k];
                }
            }
    auto result = torch::empty({in.channels, 9, outputs}, input.options());
    for (size_t i = 0; i < totals.size(); ++i) result.data_ptr<float>()[i] = sum(totals[i]);
    return result;
}

namespace {

// The places of one map that a 3x3 window touches, and the window's tap at each.
struct Window {
    int size = 0;
    int64_t place[9];
    int tap[9];
};

// The window around output (y, x), in the input.
Window reading(const Maps& in, int64_t y, int64_t x, int64_t stride) {
    Window window;
    for (int tap = 0; tap < 9; ++tap) {
        const int64_t row = y * stride + tap / 3 - 1, column = x * stride + tap % 3 - 1;
        if (row < 0 || row >= in.height || column < 0 || column >= in.width) continue;
        window.place[window.size] = (row * in.width + column) * in.pictures;
        window.tap[window.size++] = tap;
    }
    return window;
}

// The outputs that input (y, x) goes into.
Window writing(const Maps& out, int64_t y, int64_t x, int64_t stride) {
    Window window;
    for (int tap = 0; tap < 9; ++tap) {
        const int64_t row = y + 1 - tap / 3, column = x + 1 - tap % 3;
        if (row < 0 || row % stride || row / stride >= out.height) continue;
        if (column < 0 || column % stride || column / stride >= out.width) continue;
        window.place[window.size] = (row / stride * out.width + column / stride) * out.pictures;
        window.tap[window.size++] = tap;
    }
    return window;
}

template <int SIZE>
inline void gather(const Window& window, const float* from, const float* w, float* to, int64_t b,
                   int size = SIZE) {
    Vector total = {};
    for (int k = 0; k < (SIZE ? SIZE : size); ++k)
        total += load(from + window.place[k] + b) * w[window.tap[k]];
    store(to + b, total);
}

// Weighted sum of a window for every picture.
void gather_all(const Window& window, const float* from, const float* w, float* to,
                int64_t pictures) {
    for (int64_t b = 0; b < pictures; b += LANES) {
        if (window.size == 9)
            gather<9>(window, from, w, to, b);
        else
            gather<0>(window, from, w, to, b, window.size);
    }
}

}  // namespace

// Depthwise 3x3, padding 1. weights: [channels][9].
torch::Tensor depthwise(torch::Tensor input, torch::Tensor weights, int64_t stride) {
    const Maps in(input);
    const int64_t height = (in.height - 1) / stride + 1, width = (in.width - 1) / stride + 1;
    auto result = torch::empty({in.channels, height, width, in.pictures}, input.options());
    const Maps out(result);
    for (int64_t c = 0; c < in.channels; ++c)
        for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x)
                gather_all(reading(in, y, x, stride), in.at(c, 0, 0),
                           weights.data_ptr<float>() + c * 9, out.at(c, y, x), in.pictures);
    return result;
}

// Gradient of depthwise's input, of size height x width.
torch::Tensor depthwise_input(torch::Tensor gradient, torch::Tensor weights, int64_t stride,
                              int64_t height, int64_t width) {
    const Maps out(gradient);
    auto result = torch::empty({out.channels, height, width, out.pictures}, gradient.options());
    const Maps in(result);
    for (int64_t c = 0; c < out.channels; ++c)
        for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x)
                gather_all(writing(out, y, x, stride), out.at(c, 0, 0),
                           weights.data_ptr<float>() + c * 9, in.at(c, y, x), out.pictures);
    return result;
}

// Gradient of depthwise's weights, [channels][9].
torch::Tensor depthwise_weights(torch::Tensor input, torch::Tensor gradient, int64_t stride) {
    const Maps in(input), out(gradient);
    auto result = torch::empty({in.channels, 9}, input.options());
    for (int64_t c = 0; c < in.channels; ++c) {
        Vector total[9] = {};
        const float* from = in.at(c, 0, 0);
        for (int64_t y = 0; y < out.height; ++y)
            for (int64_t x = 0; x < out.width; ++x) {
                const Window window = reading(in, y, x, stride);
                const float* g = out.at(c, y, x);
                for (int64_t b = 0; b < in.pictures; b += LANES) {
                    const Vector v = load(g + b);
                    if (window.size == 9)
                        for (int k = 0; k < 9; ++k) total[k] += v * load(from + window.place[k] + b);
                    else
                        for (int k = 0; k < window.size; ++k)
                            total[window.tap[k]] += v * load(from + window.place[k] + b);
                }
            }
        for (int k = 0; k < 9; ++k) result.data_ptr<float>()[c * 9 + k] = sum(total[k]);
    }
    return result;
}

namespace {

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

}  // namespace

// Batch normalisation over everything but the channel, then GELU.
// Returns the result, the mean and the biased variance per channel.
std::vector<torch::Tensor> norm_gelu(torch::Tensor input, torch::Tensor gain, torch::Tensor shift,
                                     double epsilon) {
    const int64_t channels = input.size(0), count = input.numel() / channels;
    auto result = torch::empty_like(input);
    auto mean = torch::empty(channels, input.options()), variance = torch::empty_like(mean);
    for (int64_t c = 0; c < channels; ++c) {
        const float* x = input.data_ptr<float>() + c * count;
        float* y = result.data_ptr<float>() + c * count;
        double total = 0, squares = 0;
        for (int64_t from = 0; from < count; from += 4096) {
            const int64_t to = std::min(count, from + 4096);
            float part = 0, square = 0;
            for (int64_t i = from; i < to; ++i) {
                part += x[i];
                square += x[i] * x[i];
            }
            total += part;
            squares += square;
        }
        const double middle = total / count, spread = squares / count - middle * middle;
        mean.data_ptr<float>()[c] = middle;
        variance.data_ptr<float>()[c] = spread;
        const float scale = gain.data_ptr<float>()[c] / std::sqrt(spread + epsilon);
        const float offset = shift.data_ptr<float>()[c] - scale * middle;
        for (int64_t i = 0; i < count; ++i) {
            const float z = scale * x[i] + offset;
            y[i] = z * half_plus_odd(INTEGRAL, z);
        }
    }
    return {result, mean, variance};
}

// Returns the gradients of input, gain and shift.
std::vector<torch::Tensor> norm_gelu_back(torch::Tensor gradient, torch::Tensor input,
                                          torch::Tensor gain, torch::Tensor shift,
                                          torch::Tensor mean, torch::Tensor variance,
                                          double epsilon) {
    const int64_t channels = input.size(0), count = input.numel() / channels;
    auto result = torch::empty_like(input);
    auto gains = torch::empty_like(mean), shifts = torch::empty_like(mean);
    for (int64_t c = 0; c < channels; ++c) {
        const float* x = input.data_ptr<float>() + c * count;
        const float* g = gradient.data_ptr<float>() + c * count;
        float* d = result.data_ptr<float>() + c * count;
        const float middle = mean.data_ptr<float>()[c];
        const float inverse = 1.0 / std::sqrt(variance.data_ptr<float>()[c] + epsilon);
        const float scale = gain.data_ptr<float>()[c], offset = shift.data_ptr<float>()[c];
        double total = 0, product = 0;
        for (int64_t from = 0; from < count; from += 4096) {
            const int64_t to = std::min(count, from + 4096);
            float part = 0, with = 0;
            for (int64_t i = from; i < to; ++i) {
                const float normed = (x[i] - middle) * inverse, z = scale * normed + offset;
                d[i] = g[i] * half_plus_odd(SLOPE, z);
                part += d[i];
                with += d[i] * normed;
            }
            total += part;
            product += with;
        }
        gains.data_ptr<float>()[c] = product;
        shifts.data_ptr<float>()[c] = total;
        const float level = total / count, slope = product / count, outer = scale * inverse;
        for (int64_t i = 0; i < count; ++i)
            d[i] = outer * (d[i] - level - (x[i] - middle) * inverse * slope);
    }
    return {result, gains, shifts};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
    m.def("conv3", &conv3);
    m.def("conv3_weights", &conv3_weights);
    m.def("depthwise", &depthwise);
    m.def("depthwise_input", &depthwise_input);
    m.def("depthwise_weights", &depthwise_weights);
    m.def("norm_gelu", &norm_gelu);
    m.def("norm_gelu_back", &norm_gelu_back);
}
