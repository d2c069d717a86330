"""CP-Xception's training step with kernels of its own: the same numbers, much faster.

`scores(network, images)` equals `network(images)` in training mode, on one core. Maps are held
[channels, height, width, pictures]; convolution biases in front of a batch normalisation have no
effect there and are left out, so they must be zero (`prepare` sees to that).
"""

from functools import cache
import os
from pathlib import Path
from shutil import which
from typing import Any

import torch
from torch import nn

from cp_xception_ros.emotion.model import (
    AxialParC,
    CPXception,
    CrossStage,
    SeparableConv,
    standardise,
)

SOURCE = Path(__file__).with_name('native') / 'kernels.cpp'
FLAGS = ['-O3', '-march=native', '-ffast-math', '-fno-trapping-math']


@cache
def kernels() -> Any:
    """Compile (once per machine) and load the kernels; needs a C++ compiler and ninja."""
    from torch.utils.cpp_extension import load

    os.environ.setdefault('TORCH_EXTENSIONS_DIR', str(Path.home() / '.cache' / 'cp_xception'))
    return load('cp_xception_kernels', [str(SOURCE)], extra_cflags=FLAGS)


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
        back = kernels().depthwise_input(
            gradient, weight.contiguous(), ctx.stride, maps.shape[1], maps.shape[2]
        )
        found = kernels().depthwise_weights(maps, gradient, ctx.stride)
        return back, found.reshape(weight.shape), None


class NormGelu(torch.autograd.Function):
    """Batch normalisation with the batch's own statistics, then exact GELU."""

    @staticmethod
    def forward(ctx: Any, maps: torch.Tensor, gain: Any, shift: Any, epsilon: float) -> Any:
        result, mean, variance = kernels().norm_gelu(maps, gain, shift, epsilon)
        ctx.save_for_backward(maps, gain, shift, mean, variance)
        ctx.epsilon = epsilon
        ctx.mark_non_differentiable(mean, variance)
        return result, mean, variance

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        saved = ctx.saved_tensors
        back = kernels().norm_gelu_back(gradients[0].contiguous(), *saved, ctx.epsilon)
        return (*back, None)


def prepare(network: nn.Module) -> None:
    """Set the biases that batch normalisation makes idle to zero."""
    for stage in network.stages:
        for part in (*stage.main, *stage.secondary):
            for layer in part if isinstance(part, SeparableConv) else [part]:
                if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                    nn.init.zeros_(layer.bias)


def compiler_is_here() -> bool:
    """Tell whether the kernels can be compiled on this machine."""
    return bool(which('g++') or which('c++')) and bool(which('ninja'))


def scores(network: CPXception, images: torch.Tensor) -> torch.Tensor:
    """Return the scores (N, classes) of pictures (N, 1, 48, 48); N a multiple of 16."""
    maps = standardise(images).permute(1, 2, 3, 0).contiguous()
    for conv, norm in ((network.stem[0], network.stem[1]), (network.stem[3], network.stem[4])):
        maps = _norm_gelu(Conv3.apply(maps, conv.weight), norm)
    for stage in network.stages:
        maps = _stage(stage, maps)
    return _separable(network.head, maps).mean((1, 2)).T


def _stage(stage: CrossStage, maps: torch.Tensor) -> torch.Tensor:
    first, norm, _, parc, second, last = stage.main
    entering, passing = maps.split((stage.split, len(maps) - stage.split))
    deep = _norm_gelu(_separable(first, entering), norm)
    if not isinstance(parc, nn.Identity):
        upper, lower = deep.split((parc.split, len(deep) - parc.split))
        deep = torch.cat((_circular(parc.vertical, upper), _circular(parc.horizontal, lower)))
    deep = _separable(second, deep)
    conv, short = stage.secondary
    shallow = _pointwise(conv, passing[:, ::2, ::2].contiguous())
    return _norm_gelu(torch.cat((deep, shallow)), last, short)


def _separable(pair: SeparableConv, maps: torch.Tensor) -> torch.Tensor:
    depth, point = pair
    return _pointwise(point, Depthwise.apply(maps, depth.weight, depth.stride[0]))


def _pointwise(conv: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
    mixed = conv.weight.flatten(1) @ maps.flatten(1)
    return mixed.view(-1, *maps.shape[1:])


def _circular(parc: AxialParC, maps: torch.Tensor) -> torch.Tensor:
    """Multiply each channel's rows or columns with the circulant matrix of its kernel."""
    channels, side = maps.shape[:2]
    maps = maps + parc.position.view(*parc.position.shape[1:], 1)
    place = torch.arange(side)
    turned = (place[None] - place[:, None]) % side
    matrix = parc.conv.weight.view(channels, side)[:, turned]
    down = parc.axis == 2
    mixed = matrix @ maps.flatten(2) if down else matrix[:, None] @ maps
    return mixed.view_as(maps) + parc.conv.bias.view(-1, 1, 1, 1)


def _norm_gelu(maps: torch.Tensor, *norms: nn.BatchNorm2d) -> torch.Tensor:
    """Normalise by one norm, or by several that each own a part of the channels."""
    gain = torch.cat([norm.weight for norm in norms])
    shift = torch.cat([norm.bias for norm in norms])
    result, mean, variance = NormGelu.apply(maps, gain, shift, norms[0].eps)
    with torch.no_grad():
        count = maps[0].numel()
        start = 0
        for norm in norms:
            part = slice(start, start + norm.num_features)
            start = part.stop
            norm.running_mean.lerp_(mean[part], norm.momentum)
            norm.running_var.lerp_(variance[part] * (count / (count - 1)), norm.momentum)
            norm.num_batches_tracked += 1
    return result
