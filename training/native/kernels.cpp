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

// Mean and biased variance of one channel.
void statistics(const float* x, int64_t count, float& mean, float& variance) {
    double total = 0, squares = 0;
    for (int64_t from = 0; from < count; from += PIECE) {
        const int64_t to = std::min(count, from + PIECE);
        float part = 0, square = 0;
        for (int64_t i = from; i < to; ++i) {
            part += x[i];
            square += x[i] * x[i];
        }
        total += part;
        squares += square;
    }
    const double middle = total / count;
    mean = middle;
    variance = squares / count - middle * middle;
}

// How one channel is normalised: z = gain (x - mean) inverse + shift.
struct Channel {
    Channel(int64_t c, const torch::Tensor& gains, const torch::Tensor& shifts,
            const torch::Tensor& means, const torch::Tensor& variances, double epsilon)
        : gain(gains.data_ptr<float>()[c]), shift(shifts.data_ptr<float>()[c]),
          mean(means.data_ptr<float>()[c]),
          inverse(1.0 / std::sqrt(variances.data_ptr<float>()[c] + epsilon)),
          scale(gain * inverse), offset(shift - scale * mean) {}
    float gain, shift, mean, inverse, scale, offset;
};

template <class Activation>
void activate(const Channel& k, const float* x, float* y, int64_t count) {
    for (int64_t i = 0; i < count; ++i) y[i] = Activation::value(k.scale * x[i] + k.offset);
}

// Writes the gradient before the normalisation's affine part into d; returns its sum and its product
// with the normalised values.
template <class Activation>
std::pair<double, double> activate_back(const Channel& k, const float* x, const float* g, float* d,
                                        int64_t count) {
    double total = 0, product = 0;
    for (int64_t from = 0; from < count; from += PIECE) {
        const int64_t to = std::min(count, from + PIECE);
        float part = 0, with = 0;
        for (int64_t i = from; i < to; ++i) {
            const float normed = (x[i] - k.mean) * k.inverse;
            d[i] = g[i] * Activation::slope(k.gain * normed + k.shift);
            part += d[i];
            with += d[i] * normed;
        }
        total += part;
        product += with;
    }
    return {total, product};
}

template <class Action>
void by_activation(const std::string& name, Action action) {
    if (name == "gelu") return action(Gelu());
    if (name == "relu") return action(Relu());
    TORCH_CHECK(name == "none", "no activation ", name);
    action(Nothing());
}

}  // namespace

// Batch normalisation over everything but the channel, then the activation: gelu, relu or none.
// Returns the result, the mean and the biased variance per channel.
std::vector<torch::Tensor> norm(torch::Tensor input, torch::Tensor gain, torch::Tensor shift,
                                double epsilon, const std::string& activation) {
    const int64_t channels = input.size(0), count = input.numel() / channels;
    auto result = torch::empty_like(input);
    auto mean = torch::empty(channels, input.options()), variance = torch::empty_like(mean);
    for (int64_t c = 0; c < channels; ++c) {
        const float* x = input.data_ptr<float>() + c * count;
        statistics(x, count, mean.data_ptr<float>()[c], variance.data_ptr<float>()[c]);
        const Channel channel(c, gain, shift, mean, variance, epsilon);
        by_activation(activation, [&](auto kind) {
            activate<decltype(kind)>(channel, x, result.data_ptr<float>() + c * count, count);
        });
    }
    return {result, mean, variance};
}

// Returns the gradients of input, gain and shift.
std::vector<torch::Tensor> norm_back(torch::Tensor gradient, torch::Tensor input,
                                     torch::Tensor gain, torch::Tensor shift, torch::Tensor mean,
                                     torch::Tensor variance, double epsilon,
                                     const std::string& activation) {
    const int64_t channels = input.size(0), count = input.numel() / channels;
    auto result = torch::empty_like(input);
    auto gains = torch::empty_like(mean), shifts = torch::empty_like(mean);
    for (int64_t c = 0; c < channels; ++c) {
        const float* x = input.data_ptr<float>() + c * count;
        const float* g = gradient.data_ptr<float>() + c * count;
        float* d = result.data_ptr<float>() + c * count;
        const Channel k(c, gain, shift, mean, variance, epsilon);
        std::pair<double, double> sums;
        by_activation(activation, [&](auto kind) {
            sums = activate_back<decltype(kind)>(k, x, g, d, count);
        });
        shifts.data_ptr<float>()[c] = sums.first;
        gains.data_ptr<float>()[c] = sums.second;
        const float level = sums.first / count, slope = sums.second / count;
        for (int64_t i = 0; i < count; ++i)
            d[i] = k.scale * (d[i] - level - (x[i] - k.mean) * k.inverse * slope);
    }
    return {result, gains, shifts};
}

namespace {

typedef int32_t Choice __attribute__((vector_size(4 * LANES), aligned(4)));
typedef uint8_t Taps __attribute__((vector_size(LANES), aligned(1)));

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

// The gradients of all windows that chose one input, for 16 pictures.
inline Vector scatter(const Window& window, const float* gradient, const uint8_t* taps) {
    Vector total = {};
    for (int k = 0; k < window.size; ++k) {
        const Taps chosen = *reinterpret_cast<const Taps*>(taps + window.place[k]);
        const Choice here = __builtin_convertvector(chosen, Choice) == window.tap[k];
        total += here ? load(gradient + window.place[k]) : Vector{};
    }
    return total;
}

}  // namespace

// Batch normalisation, then the maximum of 3x3 windows, stride 2, padding 1. Normalising keeps or turns
// the order, so the windows are searched first. Returns the result, the inputs that were chosen, their
// taps, the mean and the biased variance per channel.
std::vector<torch::Tensor> norm_pool(torch::Tensor input, torch::Tensor gain, torch::Tensor shift,
                                     double epsilon) {
    const Maps in(input);
    const int64_t count = in.height * in.width * in.pictures;
    const int64_t height = (in.height - 1) / 2 + 1, width = (in.width - 1) / 2 + 1;
    auto chosen = torch::empty({in.channels, height, width, in.pictures}, input.options());
    auto result = torch::empty_like(chosen);
    auto taps = torch::empty_like(chosen, torch::kByte);
    auto mean = torch::empty(in.channels, input.options()), variance = torch::empty_like(mean);
    const Maps out(chosen);
    for (int64_t c = 0; c < in.channels; ++c) {
        statistics(in.at(c, 0, 0), count, mean.data_ptr<float>()[c], variance.data_ptr<float>()[c]);
        const Channel k(c, gain, shift, mean, variance, epsilon);
        uint8_t* tap = taps.data_ptr<uint8_t>() + (out.at(c, 0, 0) - out.data);
        for (int64_t y = 0; y < height; ++y)
            for (int64_t x = 0; x < width; ++x) {
                const Window window = reading(in, y, x, 2);
                const int64_t place = (y * width + x) * in.pictures;
                for (int64_t b = 0; b < in.pictures; b += LANES)
                    extreme(window, in.at(c, 0, 0) + b, k.scale < 0 ? -1 : 1,
                            out.at(c, 0, 0) + place + b, tap + place + b);
            }
        activate<Nothing>(k, out.at(c, 0, 0), Maps(result).at(c, 0, 0),
                          height * width * in.pictures);
    }
    return {result, chosen, taps, mean, variance};
}

// Returns the gradients of input, gain and shift.
std::vector<torch::Tensor> norm_pool_back(torch::Tensor gradient, torch::Tensor input,
                                          torch::Tensor chosen, torch::Tensor taps,
                                          torch::Tensor gain, torch::Tensor mean,
                                          torch::Tensor variance, double epsilon) {
    const Maps in(input), out(gradient), best(chosen);
    const int64_t count = in.height * in.width * in.pictures;
    const int64_t pooled = out.height * out.width * out.pictures;
    auto result = torch::empty_like(input);
    auto gains = torch::empty_like(mean), shifts = torch::empty_like(mean);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Channel k(c, gain, mean, mean, variance, epsilon);
        const float *g = out.at(c, 0, 0), *v = best.at(c, 0, 0);
        double total = 0, product = 0;
        for (int64_t i = 0; i < pooled; ++i) {
            total += g[i];
            product += g[i] * (v[i] - k.mean) * k.inverse;
        }
        shifts.data_ptr<float>()[c] = total;
        gains.data_ptr<float>()[c] = product;
        const float level = total / count, slope = product / count * k.inverse;
        const uint8_t* tap = taps.data_ptr<uint8_t>() + (g - out.data);
        for (int64_t y = 0; y < in.height; ++y)
            for (int64_t x = 0; x < in.width; ++x) {
                const Window window = writing(out, y, x, 2);
                for (int64_t b = 0; b < in.pictures; b += LANES) {
                    const Vector moved = (load(in.at(c, y, x) + b) - k.mean) * slope;
                    store(Maps(result).at(c, y, x) + b,
                          (scatter(window, g + b, tap + b) - level - moved) * k.scale);
                }
            }
    }
    return {result, gains, shifts};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
    m.def("conv3", &conv3);
    m.def("conv3_weights", &conv3_weights);
    m.def("depthwise", &depthwise);
    m.def("depthwise_input", &depthwise_input);
    m.def("depthwise_weights", &depthwise_weights);
    m.def("norm", &norm);
    m.def("norm_back", &norm_back);
    m.def("norm_pool", &norm_pool);
    m.def("norm_pool_back", &norm_pool_back);
}
