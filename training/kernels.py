"""The kernels of native/kernels.cpp as differentiable functions of PyTorch.

Maps are float32 [channels, height, width, pictures], the pictures a multiple of 16.
"""

import fcntl
from functools import cache
import hashlib
from pathlib import Path
from shutil import which
from typing import Any

import torch

NATIVE = Path(__file__).with_name('native')
CACHE = Path.home() / '.cache' / 'cp_xception'
LANES = 16  # the kernels take this many pictures at a time
FLAGS = ['-O3', '-march=native', '-ffast-math', '-fno-trapping-math']


def folder() -> Path:
    """Return where the library of this source lies, apart from those of other versions."""
    sources = b''.join(path.read_bytes() for path in sorted(NATIVE.iterdir()))
    return CACHE / f'cp_xception_{hashlib.sha1(sources).hexdigest()[:8]}'


@cache
def kernels() -> Any:
    """Compile (once per machine) and load the kernels; needs a C++ compiler and ninja."""
    from torch.utils.cpp_extension import load

    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    with open(place / 'own.lock', 'w') as own:
        fcntl.flock(own, fcntl.LOCK_EX)
        # PyTorch's own lock outlives a run that is killed, and would stop all later ones.
        (place / 'lock').unlink(missing_ok=True)
        source = str(NATIVE / 'kernels.cpp')
        return load(place.name, [source], extra_cflags=FLAGS, build_directory=str(place))


class Conv3(torch.autograd.Function):
    """A dense 3x3 convolution; weights as PyTorch has them, (out, in, 3, 3)."""

    @staticmethod
    def forward(ctx: Any, maps: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(maps, weight)
        return kernels().conv3(maps, weight.flatten(2).permute(1, 2, 0).contiguous())

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        maps, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        found = kernels().conv3_weights(maps, gradient).permute(2, 0, 1).reshape(weight.shape)
        back = None
        if ctx.needs_input_grad[0]:
            turned = weight.flip(2, 3).flatten(2).permute(0, 2, 1).contiguous()
            back = kernels().conv3(gradient, turned)
        return back, found


class Depthwise(torch.autograd.Function):
    """A depthwise 3x3 convolution; weights (channels, 1, 3, 3)."""

    @staticmethod
    def forward(ctx: Any, maps: torch.Tensor, weight: torch.Tensor, stride: int) -> torch.Tensor:
        ctx.save_for_backward(maps, weight)
        ctx.stride = stride
        return kernels().depthwise(maps, weight.contiguous(), stride)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        maps, weight = ctx.saved_tensors
        gradient = gradients[0].contiguous()
        return (*kernels().depthwise_back(gradient, maps, weight.contiguous(), ctx.stride), None)


class Norm(torch.autograd.Function):
    """Batch normalisation with the batch's own statistics, then exact GELU, ReLU or nothing.

    Returns the result, and the mean and biased variance of each channel.
    """

    @staticmethod
    def forward(
        ctx: Any, maps: torch.Tensor, gain: Any, shift: Any, epsilon: float, activation: str
    ) -> Any:
        result, mean, variance = kernels().norm(maps, gain, shift, epsilon, activation)
        ctx.save_for_backward(maps, gain, shift, mean, variance)
        ctx.options = epsilon, activation
        ctx.mark_non_differentiable(mean, variance)
        return result, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        back = kernels().norm_back(gradients[0].contiguous(), *ctx.saved_tensors, *ctx.options)
        return (*back, None, None)


class NormDepthwise(torch.autograd.Function):
    """`Norm`, then `Depthwise`, without keeping what is between them."""

    @staticmethod
    def forward(
        ctx: Any,
        maps: torch.Tensor,
        gain: Any,
        shift: Any,
        epsilon: float,
        activation: str,
        weight: torch.Tensor,
        stride: int,
    ) -> Any:
        weight = weight.contiguous()
        found = kernels().norm_depthwise(maps, gain, shift, epsilon, activation, weight, stride)
        result, mean, variance = found
        ctx.save_for_backward(maps, weight, gain, shift, mean, variance)
        ctx.options = epsilon, activation, stride
        ctx.mark_non_differentiable(mean, variance)
        return result, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        gradient = gradients[0].contiguous()
        back, weight, *others = kernels().norm_depthwise_back(
            gradient, *ctx.saved_tensors, *ctx.options
        )
        return (back, *others, None, None, weight, None)


class NormPool(torch.autograd.Function):
    """Batch normalisation, then the maximum of every 3x3 window, stride 2, padding 1."""

    @staticmethod
    def forward(ctx: Any, maps: torch.Tensor, gain: Any, shift: Any, epsilon: float) -> Any:
        result, chosen, taps, mean, variance = kernels().norm_pool(maps, gain, shift, epsilon)
        ctx.save_for_backward(maps, chosen, taps, gain, shift, mean, variance)
        ctx.epsilon = epsilon
        ctx.mark_non_differentiable(mean, variance)
        return result, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        gradient = gradients[0].contiguous()
        back = kernels().norm_pool_back(gradient, *ctx.saved_tensors, ctx.epsilon)
        return (*back, None)


def compiler_is_here() -> bool:
    """Tell whether the kernels can be compiled on this machine."""
    return bool(which('g++') or which('c++')) and bool(which('ninja'))
