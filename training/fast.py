"""The training step of the small networks with kernels of its own: the same numbers, much faster.

`scores(network, images)` equals `network(images)` in training mode, on one core. Maps are held
[channels, height, width, pictures]; convolution biases in front of a batch normalisation have no
effect there and are left out, so they must be zero (`prepare` sees to that).
"""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F

from cp_xception_ros.emotion.model import (
    AxialParC,
    CPXception,
    CrossStage,
    MiniXception,
    ParC,
    Residual,
    SeparableConv,
    standardise,
)
from training.kernels import (
    LANES,
    Conv3,
    Depthwise,
    Norm,
    NormDepthwise,
    NormPool,
    compiler_is_here,
)

NAMES = {nn.GELU: 'gelu', nn.ReLU: 'relu'}


def serves(network: nn.Module, batch: int) -> bool:
    """Tell whether `scores` can take this network and batch on this machine."""
    known = isinstance(network, CPXception | MiniXception) and batch % LANES == 0
    return known and compiler_is_here()


def prepare(network: nn.Module) -> None:
    """Set the biases that batch normalisation makes idle to zero."""
    if isinstance(network, MiniXception):
        return
    for stage in network.stages:
        for part in (*stage.main, *stage.secondary):
            for layer in part if isinstance(part, SeparableConv) else [part]:
                if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                    nn.init.zeros_(layer.bias)


def scores(network: CPXception | MiniXception, images: torch.Tensor) -> torch.Tensor:
    """Return the scores (N, classes) of pictures (N, 1, 48, 48); N a multiple of 16."""
    maps = standardise(images).permute(1, 2, 3, 0).contiguous()
    mini = isinstance(network, MiniXception)
    for place in (0, 3):
        conv, norm, activation = network.stem[place : place + 3]
        maps = _norm(Conv3.apply(maps, conv.weight), norm, activation=NAMES[type(activation)])
    for stage in network.stages:
        maps = _residual(stage, maps) if mini else _stage(stage, maps)
    return _dense_head(network.head, maps) if mini else _light_head(network.head, maps)


def _stage(stage: CrossStage, maps: torch.Tensor) -> torch.Tensor:
    first, norm, activation, parc, second, last = stage.main
    entering, passing = maps.split((stage.split, len(maps) - stage.split))
    kind = NAMES[type(activation)]
    deep = _second(norm, parc, second, _separable(first, entering), kind)
    conv, short = stage.secondary
    shallow = _pointwise(conv, passing[:, ::2, ::2].contiguous())
    return _norm(torch.cat((deep, shallow)), last, short, activation='gelu')


def _separable(pair: SeparableConv, maps: torch.Tensor) -> torch.Tensor:
    depth, point = pair
    return _pointwise(point, Depthwise.apply(maps, depth.weight, depth.stride[0]))


def _pointwise(conv: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
    mixed = conv.weight.flatten(1) @ maps.flatten(1)
    return mixed.view(-1, *maps.shape[1:])


def _residual(stage: Residual, maps: torch.Tensor) -> torch.Tensor:
    first, norm, _, parc, second, last, _ = stage.main
    conv, short = stage.short
    deep = _second(norm, parc, second, _separable(first, maps), 'relu')
    pooled, mean, variance = NormPool.apply(deep, last.weight, last.bias, last.eps)
    _follow([last], mean, variance, deep[0].numel())
    shallow = _pointwise(conv, maps[:, ::2, ::2].contiguous())
    return pooled + _norm(shallow, short, activation='none')


def _second(
    norm: nn.BatchNorm2d,
    parc: nn.Module,
    pair: SeparableConv,
    maps: torch.Tensor,
    activation: str,
) -> torch.Tensor:
    """Normalise, activate, apply ParC if there is one, and the second separable convolution."""
    if isinstance(parc, ParC):
        return _separable(pair, _parc(parc, _norm(maps, norm, activation=activation)))
    depth, point = pair
    result, mean, variance = NormDepthwise.apply(
        maps, norm.weight, norm.bias, norm.eps, activation, depth.weight, depth.stride[0]
    )
    _follow([norm], mean, variance, maps[0].numel())
    return _pointwise(point, result)


def _light_head(head: SeparableConv, maps: torch.Tensor) -> torch.Tensor:
    return _separable(head, maps).mean((1, 2)).T


def _dense_head(conv: nn.Conv2d, maps: torch.Tensor) -> torch.Tensor:
    """Take the mean before the 3x3 convolution: both are linear."""
    channels, height, width, count = maps.shape
    places = torch.eye(height * width).view(-1, 1, height, width)
    seen = F.unfold(places, 3, padding=1).sum(2).T / (height * width)  # (9 taps, places)
    means = seen @ maps.view(channels, -1, count)
    return (conv.weight.flatten(1) @ means.flatten(0, 1)).T + conv.bias


def _parc(parc: ParC, maps: torch.Tensor) -> torch.Tensor:
    upper, lower = maps.split((parc.split, len(maps) - parc.split))
    return torch.cat((_circular(parc.vertical, upper), _circular(parc.horizontal, lower)))


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


def _norm(maps: torch.Tensor, *norms: nn.BatchNorm2d, activation: str) -> torch.Tensor:
    """Normalise by one norm, or by several that each own a part of the channels."""
    gain = torch.cat([norm.weight for norm in norms])
    shift = torch.cat([norm.bias for norm in norms])
    result, mean, variance = Norm.apply(maps, gain, shift, norms[0].eps, activation)
    _follow(norms, mean, variance, maps[0].numel())
    return result


@torch.no_grad()
def _follow(
    norms: Sequence[nn.BatchNorm2d], mean: torch.Tensor, variance: torch.Tensor, count: int
) -> None:
    """Move the running statistics towards those of this batch of `count` values a channel."""
    start = 0
    for norm in norms:
        part = slice(start, start + norm.num_features)
        start = part.stop
        norm.running_mean.lerp_(mean[part], norm.momentum)
        norm.running_var.lerp_(variance[part] * (count / (count - 1)), norm.momentum)
        norm.num_batches_tracked += 1
