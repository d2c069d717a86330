// Training kernels for small networks on one core; see maps.h for how maps are stored.
#include "conv3.h"
#include "depthwise.h"
#include "norm.h"
#include "pool.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

using torch::Tensor;
using Tensors = std::vector<Tensor>;

namespace {

Tensor halved(const Tensor& input, int64_t stride) {
    const Maps in(input);
    return torch::empty({in.channels, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1,
                         in.pictures}, input.options());
}

// Room for a channel, which stays in the second cache from one channel to the next.
struct Scratch {
    explicit Scratch(const Plane& like)
        : values(like.size()), plane{values.data(), like.height, like.width, like.pictures} {}
    std::vector<float> values;
    Plane plane;
};

}  // namespace

// Depthwise 3x3, padding 1, stride 1 or 2. weights: [channels][9].
Tensor depthwise_forward(Tensor input, Tensor weights, int64_t stride) {
    auto result = halved(input, stride);
    const Maps in(input), out(result);
    for (int64_t c = 0; c < in.channels; ++c)
        depthwise::forward(in.plane(c), weights.data_ptr<float>() + c * 9, stride, out.plane(c));
    return result;
}

// Returns the gradients of input and weights.
Tensors depthwise_back(Tensor gradient, Tensor input, Tensor weights, int64_t stride) {
    auto result = torch::empty_like(input), found = torch::empty_like(weights);
    const Maps in(input), out(gradient), back(result);
    for (int64_t c = 0; c < in.channels; ++c) {
        depthwise::weight_gradient(in.plane(c), out.plane(c), stride, found.data_ptr<float>() + c * 9);
        depthwise::input_gradient(out.plane(c), weights.data_ptr<float>() + c * 9, stride,
                                  back.plane(c));
    }
    return {result, found};
}

// Batch normalisation, then the activation: gelu, relu or none.
// Returns the result, the mean and the biased variance per channel.
Tensors norm(Tensor input, Tensor gain, Tensor shift, double epsilon, const std::string& activation) {
    auto result = torch::empty_like(input);
    const Maps in(input), out(result);
    Norms norms(gain, shift, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Plane x = in.plane(c);
        const Channel channel = norms.measure(c, x);
        by_activation(activation, [&](auto kind) {
            activate<decltype(kind)>(channel, x.data, out.plane(c).data, x.size());
        });
    }
    return {result, norms.mean, norms.variance};
}

// Returns the gradients of input, gain and shift.
Tensors norm_back(Tensor gradient, Tensor input, Tensor gain, Tensor shift, Tensor mean,
                  Tensor variance, double epsilon, const std::string& activation) {
    auto result = torch::empty_like(input);
    auto gains = torch::empty_like(gain), shifts = torch::empty_like(gain);
    const Maps in(input), out(gradient), back(result);
    const Norms norms(gain, shift, mean, variance, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Plane x = in.plane(c), d = back.plane(c);
        const Channel channel = norms.channel(c);
        Sums sums;
        by_activation(activation, [&](auto kind) {
            sums = activate_back<decltype(kind)>(channel, x.data, out.plane(c).data, d.data, x.size());
        });
        gains.data_ptr<float>()[c] = sums.product;
        shifts.data_ptr<float>()[c] = sums.total;
        normalise_back(channel, sums, x.data, d.data, x.size());
    }
    return {result, gains, shifts};
}

// Batch normalisation, the activation, then depthwise 3x3: the activated maps are not kept.
// Returns the result, the mean and the biased variance per channel.
Tensors norm_depthwise(Tensor input, Tensor gain, Tensor shift, double epsilon,
                       const std::string& activation, Tensor weights, int64_t stride) {
    auto result = halved(input, stride);
    const Maps in(input), out(result);
    const Scratch active(in.plane(0));
    Norms norms(gain, shift, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Plane x = in.plane(c);
        const Channel channel = norms.measure(c, x);
        by_activation(activation, [&](auto kind) {
            activate<decltype(kind)>(channel, x.data, active.plane.data, x.size());
        });
        depthwise::forward(active.plane, weights.data_ptr<float>() + c * 9, stride, out.plane(c));
    }
    return {result, norms.mean, norms.variance};
}

// Returns the gradients of input, weights, gain and shift.
Tensors norm_depthwise_back(Tensor gradient, Tensor input, Tensor weights, Tensor gain, Tensor shift,
                            Tensor mean, Tensor variance, double epsilon,
                            const std::string& activation, int64_t stride) {
    auto result = torch::empty_like(input), found = torch::empty_like(weights);
    auto gains = torch::empty_like(gain), shifts = torch::empty_like(gain);
    const Maps in(input), out(gradient), back(result);
    const Scratch active(in.plane(0));
    const Norms norms(gain, shift, mean, variance, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Plane x = in.plane(c), d = back.plane(c);
        const Channel channel = norms.channel(c);
        const float* w = weights.data_ptr<float>() + c * 9;
        Sums sums;
        by_activation(activation, [&](auto kind) {
            activate<decltype(kind)>(channel, x.data, active.plane.data, x.size());
            depthwise::weight_gradient(active.plane, out.plane(c), stride,
                                       found.data_ptr<float>() + c * 9);
            depthwise::input_gradient(out.plane(c), w, stride, active.plane);
            sums = activate_back<decltype(kind)>(channel, x.data, active.plane.data, d.data, x.size());
        });
        gains.data_ptr<float>()[c] = sums.product;
        shifts.data_ptr<float>()[c] = sums.total;
        normalise_back(channel, sums, x.data, d.data, x.size());
    }
    return {result, found, gains, shifts};
}

// Batch normalisation, then the maximum of 3x3 windows, stride 2, padding 1. Normalising keeps or turns
// the order, so the windows are searched first. Returns the result, the inputs that were chosen, their
// taps, the mean and the biased variance per channel.
Tensors norm_pool(Tensor input, Tensor gain, Tensor shift, double epsilon) {
    auto chosen = halved(input, 2), result = torch::empty_like(chosen);
    auto taps = torch::empty_like(chosen, torch::kByte);
    const Maps in(input), best(chosen), out(result);
    const auto windows = reading(in.plane(0), best.plane(0));
    Norms norms(gain, shift, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Channel channel = norms.measure(c, in.plane(c));
        const float* x = in.plane(c).data;
        float* to = best.plane(c).data;
        uint8_t* tap = taps.data_ptr<uint8_t>() + (to - best.data);
        for (size_t place = 0; place < windows.size(); ++place)
            for (int64_t b = 0; b < in.pictures; b += LANES) {
                const int64_t at = place * in.pictures + b;
                extreme(windows[place], x + b, channel.scale < 0 ? -1 : 1, to + at, tap + at);
            }
        activate<Nothing>(channel, to, out.plane(c).data, best.plane(c).size());
    }
    return {result, chosen, taps, norms.mean, norms.variance};
}

// Returns the gradients of input, gain and shift.
Tensors norm_pool_back(Tensor gradient, Tensor input, Tensor chosen, Tensor taps, Tensor gain,
                       Tensor shift, Tensor mean, Tensor variance, double epsilon) {
    auto result = torch::empty_like(input);
    auto gains = torch::empty_like(gain), shifts = torch::empty_like(gain);
    const Maps in(input), out(gradient), best(chosen), back(result);
    const auto windows = writing(in.plane(0), out.plane(0));
    const Scratch unused(out.plane(0));
    const Norms norms(gain, shift, mean, variance, epsilon);
    for (int64_t c = 0; c < in.channels; ++c) {
        const Plane x = in.plane(c), d = back.plane(c), g = out.plane(c);
        const Channel channel = norms.channel(c);
        const Sums sums = activate_back<Nothing>(channel, best.plane(c).data, g.data,
                                                 unused.plane.data, g.size());
        gains.data_ptr<float>()[c] = sums.product;
        shifts.data_ptr<float>()[c] = sums.total;
        const uint8_t* tap = taps.data_ptr<uint8_t>() + (g.data - out.data);
        for (size_t place = 0; place < windows.size(); ++place)
            scatter_any(windows[place], g.data, tap, d.data + place * in.pictures, in.pictures);
        normalise_back(channel, sums, x.data, d.data, x.size());
    }
    return {result, gains, shifts};
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
#ifdef __GLIBC__
    // Keep the maps' memory from one step to the next: asking the system for it again costs a tenth.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, -1);
#endif
    m.def("conv3", &conv3);
    m.def("conv3_weights", &conv3_weights);
    m.def("depthwise", &depthwise_forward);
    m.def("depthwise_back", &depthwise_back);
    m.def("norm", &norm);
    m.def("norm_back", &norm_back);
    m.def("norm_depthwise", &norm_depthwise);
    m.def("norm_depthwise_back", &norm_depthwise_back);
    m.def("norm_pool", &norm_pool);
    m.def("norm_pool_back", &norm_pool_back);
}
