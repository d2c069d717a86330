"""CP-Xception rewritten for the robot: the same function with less to compute.

A module's main outputs are exactly the next module's main inputs, and the same holds for the
secondary path, so nothing has to be joined or cut before the head. The secondary path is a chain
of 1x1 convolutions of stride 2 and so depends on 3x3 places of the stem alone. Position
embeddings pass through linear layers only and become one constant map. The head and the mean are
linear: one matrix.
"""

import copy
from typing import cast

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cp_xception_ros.emotion.model import (
    SIDES,
    CPXception,
    CrossStage,
    MiniXception,
    ParC,
    SeparableConv,
    standardise,
)
from training.blocks import convolution, filled, lanes, straight, whole_blocks
from training.packing import packed_first, packed_second, sampled, unpacked

LAST_SIDE = 3
STRIDE = SIDES[0] // LAST_SIDE


class DeployedMain(nn.Module):
    """One module's main path, batch normalisation folded."""

    def __init__(self, stage: CrossStage, side: int) -> None:
        super().__init__()
        first, norm, self.activation, parc, second, last = stage.main
        enter = nn.Sequential(first[0], fuse_conv_bn_eval(first[1], norm))
        leave = nn.Sequential(second[0], fuse_conv_bn_eval(second[1], last))
        # For four channels one dense convolution is cheaper than two with twelve empty ones.
        whole = side == SIDES[0]
        self.enter = joined(enter) if whole else nn.Sequential(*map(whole_blocks, enter))
        self.leave = nn.Sequential(*map(whole_blocks, leave))
        self.parc: nn.Module = nn.Identity()
        self.register_buffer('constant', None)
        if isinstance(parc, ParC):
            self.parc = straight(parc)
            blank = torch.zeros(1, norm.num_features, side, side)
            # What the embeddings and ParC's biases come to at the path's end.
            constant = leave(parc(blank)) - leave(blank)
            self.constant = filled(constant, 1, lanes(constant.shape[1]))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        maps = self.leave(self.parc(self.activation(self.enter(maps))))
        if self.constant is not None:
            maps = maps + self.constant
        return F.gelu(maps)


class Deployed(nn.Module):
    """The scores of a trained CPXception in evaluation mode."""

    def __init__(self, network: CPXception) -> None:
        super().__init__()
        stem = network.stem
        stages = [cast(CrossStage, stage) for stage in network.stages]
        self.split = stages[0].split
        self.activation = stem[2]
        last = fuse_conv_bn_eval(stem[3], stem[4])
        self.first = packed_first(fuse_conv_bn_eval(stem[0], stem[1]))
        self.second = packed_second(last, self.split)
        self.main = nn.Sequential(
            *(DeployedMain(stage, side) for stage, side in zip(stages, SIDES, strict=True))
        )
        places = sampled(last, self.split, STRIDE)
        self.secondary = nn.ModuleList([places, *(short_cut(stage) for stage in stages)])
        self.head = head_matrix(network.head, stages[-1].main[-1].num_features)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = self.activation(self.first(standardise(images)))
        second = self.activation(self.second(maps))
        main = self.main(unpacked(second, self.split, SIDES[0]))
        places, *rest = self.secondary
        secondary = self.activation(places(maps))
        for conv in rest:
            secondary = F.gelu(conv(secondary))
        return self.head(torch.cat((main, secondary), 1).flatten(1))


def joined(pair: nn.Sequential) -> nn.Conv2d:
    """Return a depthwise and a pointwise convolution as one."""
    depth, point = pair
    mix = point.weight.flatten(1)
    bias = point.bias + mix @ depth.bias
    return convolution(mix[:, :, None, None] * depth.weight[:, 0], bias, 1, depth.padding)


def short_cut(stage: CrossStage) -> nn.Conv2d:
    """Return a module's secondary path for the places that are left of it."""
    conv = fuse_conv_bn_eval(*stage.secondary)
    conv.stride = (1, 1)
    return whole_blocks(conv)


def head_matrix(head: SeparableConv, main: int) -> nn.Linear:
    """Return the matrix that the head and the mean over the map come to."""
    inputs = head[0].in_channels
    unit = torch.eye(inputs * LAST_SIDE**2).view(-1, inputs, LAST_SIDE, LAST_SIDE)
    matrix = head(unit).mean((2, 3)).view(inputs, LAST_SIDE**2, -1)
    paths = [filled(path, lanes(len(path))) for path in (matrix[:main], matrix[main:])]
    matrix = torch.cat(paths).flatten(0, 1).T
    linear = nn.Linear(matrix.shape[1], matrix.shape[0], bias=False)
    linear.weight = nn.Parameter(matrix.detach())
    return linear


def fill_stem(network: MiniXception) -> MiniXception:
    """Fill Mini-Xception's only channels that are no whole block, between stem and module 1."""
    stem, stage = network.stem, network.stages[0]
    last = fuse_conv_bn_eval(stem[3], stem[4])
    stem[3], stem[4] = whole_blocks(last, inputs=last.in_channels), nn.Identity()
    point = fuse_conv_bn_eval(stage.main[0][1], stage.main[1])
    stage.main[0] = nn.Sequential(whole_blocks(stage.main[0][0]), whole_blocks(point))
    stage.main[1] = nn.Identity()
    stage.short = whole_blocks(fuse_conv_bn_eval(*stage.short))
    return network


@torch.no_grad()
def deploy(network: nn.Module) -> nn.Module:
    """Return a module with the same scores as `network.eval()`, up to rounding."""
    network = copy.deepcopy(network).eval()
    if isinstance(network, CPXception):
        return Deployed(network).eval()
    return fill_stem(network) if isinstance(network, MiniXception) else network
