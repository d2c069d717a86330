// What the kernels share. Maps are stored [channels][height][width][pictures] with the pictures innermost,
// in multiples of 16: every operation is then the same arithmetic on 16 neighbouring numbers, whatever
// the channel counts.
#pragma once

#include <torch/extension.h>

#include <vector>

constexpr int LANES = 16;
typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

inline Vector load(const float* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }
inline Vector spread(float value) { return Vector{} + value; }

inline float sum(Vector v) {
    float total = 0;
    for (int i = 0; i < LANES; ++i) total += v[i];
    return total;
}

// One channel.
struct Plane {
    float* row(int64_t y) const { return data + y * width * pictures; }
    int64_t size() const { return height * width * pictures; }
    float* data;
    int64_t height, width, pictures;
};

struct Maps {
    explicit Maps(const torch::Tensor& t)
        : data(t.data_ptr<float>()), channels(t.size(0)), height(t.size(1)), width(t.size(2)),
          pictures(t.size(3)) {
        TORCH_CHECK(t.is_contiguous() && t.scalar_type() == torch::kFloat && pictures % LANES == 0);
    }
    Plane plane(int64_t c) const { return {at(c, 0, 0), height, width, pictures}; }
    float* at(int64_t c, int64_t y, int64_t x) const {
        return data + ((c * height + y) * width + x) * pictures;
    }
    float* data;
    int64_t channels, height, width, pictures;
};

// A channel with a row of zeros above and below it.
struct PaddedPlane {
    explicit PaddedPlane(const Plane& plane) : plane(plane), zeros(plane.width * plane.pictures) {}
    const float* row(int64_t y) const {
        return y < 0 || y >= plane.height ? zeros.data() : plane.row(y);
    }
    Plane plane;
    std::vector<float> zeros;
};
