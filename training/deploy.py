"""CP-Xception rewritten for the robot: the same function with less to compute.

A module's main outputs are exactly the next module's main inputs, and the same holds for the
secondary path, so nothing has to be joined or cut before the head. The secondary path is a chain
of 1x1 convolutions of stride 2 and so depends on 3x3 places of the stem alone. Position
embeddings pass through linear layers only and become one constant map. The head and the mean are
linear: one matrix.

onnxruntime computes channels in blocks of 16 (AVX-512; 8 with AVX2), so every width is filled up to whole
blocks with zero channels, and the stem, which has fewer channels than a block, holds neighbouring
places of the picture as channels instead.
"""

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from cp_xception_ros.emotion.model import (
    SIDES,
    AxialParC,
    CPXception,
    CrossStage,
    ParC,
    standardise,
)

LAST_SIDE = 3
STRIDE = SIDES[0] // LAST_SIDE
LANES = 16


def lanes(channels: int) -> int:
    """Return the channels of whole blocks that hold so many."""
    return -(-channels // LANES) * LANES


def convolution(weight: torch.Tensor, bias: torch.Tensor, stride=1, padding=0, groups: int = 1) -> nn.Conv2d:
    """Return a convolution with given weights."""
    outputs, inputs, *kernel = weight.shape
    conv = nn.Conv2d(inputs * groups, outputs, kernel, stride, padding, groups=groups)
    conv.weight = nn.Parameter(weight.detach())
    conv.bias = nn.Parameter(bias.detach())
    return conv


def filled(tensor: torch.Tensor, *sizes: int) -> torch.Tensor:
    """Return the tensor with zeros behind, up to `sizes` along its first dimensions."""
    whole = tensor.new_zeros(*sizes, *tensor.shape[len(sizes) :])
    whole[tuple(slice(size) for size in tensor.shape)] = tensor
    return whole


def whole_blocks(conv: nn.Conv2d) -> nn.Conv2d:
    """Fill a convolution's channels up to whole blocks."""
    outputs, inputs = lanes(conv.out_channels), lanes(conv.in_channels)
    weight, groups = conv.weight, 1
    if conv.groups > 1:
        weight, groups = filled(weight, outputs), outputs
    else:
        weight = filled(weight, outputs, inputs)
    return convolution(weight, filled(conv.bias, outputs), conv.stride, conv.padding, groups)


def straight(parc: ParC) -> nn.Sequential:
    """Return ParC without embeddings and biases, as two ordinary depthwise convolutions.

    A circular convolution's matrix is a Toeplitz matrix too: a kernel of twice the length over a
    map with zeros around. Each of the two leaves the other's half of the channels as it is.
    """
    halves = []
    for axial, first, axis in (
        (parc.vertical, 0, 2),
        (parc.horizontal, parc.split, 3),
    ):
        side = axial.side
        channels = parc.split + parc.horizontal.conv.in_channels
        kernel = torch.zeros(channels, 2 * side - 1)
        kernel[:, side - 1] = 1
        own = slice(first, first + axial.conv.in_channels)
        kernel[own] = axial.conv.weight.flatten(1)[:, torch.arange(1 - side, side) % side]
        shape = (channels, 1, -1, 1) if axis == 2 else (channels, 1, 1, -1)
        padding = (side - 1, 0) if axis == 2 else (0, side - 1)
        halves.append(
            convolution(
                kernel.reshape(shape), torch.zeros(channels), padding=padding, groups=channels
            )
        )
    return nn.Sequential(*halves)


class DeployedMain(nn.Module):
    """One module's main path, batch normalisation folded."""

    def __init__(self, stage: CrossStage, side: int) -> None:
        super().__init__()
        first, norm, _, parc, second, last = stage.main
        enter = nn.Sequential(first[0], fuse_conv_bn_eval(first[1], norm))
        leave = nn.Sequential(second[0], fuse_conv_bn_eval(second[1], last))
        self.enter = nn.Sequential(*(whole_blocks(conv) for conv in enter))
        self.leave = nn.Sequential(*(whole_blocks(conv) for conv in leave))
        self.parc: nn.Module = nn.Identity()
        self.register_buffer('constant', None)
        if isinstance(parc, ParC):
            self.parc = straight(parc)
            blank = torch.zeros(1, norm.num_features, side, side)
            # What the embeddings and ParC's biases come to at the path's end.
            constant = leave(parc(blank)) - leave(blank)
            self.constant = filled(constant, 1, lanes(constant.shape[1]))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        maps = self.leave(self.parc(F.gelu(self.enter(maps))))
        if self.constant is not None:
            maps = maps + self.constant
        return F.gelu(maps)


def packed_first(conv: nn.Conv2d) -> nn.Conv2d:
    """Return a 3x3 convolution that gives two rows as channels.

    Channel p*C + c of row y is channel c of row 2y + p.
    """
    weight = torch.cat([F.pad(conv.weight, (0, 0, p, 1 - p)) for p in (0, 1)])
    return convolution(weight, conv.bias.repeat(2), (2, 1), 1)


def packed_second(conv: nn.Conv2d, outputs: int) -> nn.Conv2d:
    """Return a 3x3 convolution from packed_first's channels to four rows as channels.

    Channel 4c + a of row y is channel c of row 4y + a.
    """
    inputs = conv.in_channels
    weight = torch.zeros(outputs, 4, 2, inputs, 4, 3)
    for a in range(4):
        for dy in (-1, 0, 1):
            block, p = divmod(a + dy, 2)
            weight[:, a, p, :, block + 1] = conv.weight[:outputs, :, dy + 1]
    bias = conv.bias[:outputs].repeat_interleave(4)
    return convolution(weight.view(4 * outputs, 2 * inputs, 4, 3), bias, (2, 1), 1)


def unpacked(maps: torch.Tensor, channels: int) -> torch.Tensor:
    """Return packed_second's rows where they belong."""
    side = SIDES[0]
    rows = maps.reshape(-1, channels, 4, side // 4, side)
    return rows.transpose(2, 3).reshape(-1, channels, side, side)


def sampled(conv: nn.Conv2d, first: int) -> nn.Conv2d:
    """Return the stem's end for the few places of the secondary path, from packed channels."""
    weight = conv.weight[first:]
    outputs, inputs = weight.shape[:2]
    # Row -1 is the second of the block before; rows 0 and 1 are a block.
    tall = torch.zeros(outputs, 2, inputs, 3, 3)
    tall[:, 1, :, 0] = weight[:, :, 0]
    tall[:, 0, :, 1] = weight[:, :, 1]
    tall[:, 1, :, 1] = weight[:, :, 2]
    stride = (STRIDE // 2, STRIDE)
    return whole_blocks(convolution(tall.view(outputs, -1, 3, 3), conv.bias[first:], stride, 1))


class Deployed(nn.Module):
    """The scores of a trained CPXception in evaluation mode."""

    def __init__(self, network: CPXception) -> None:
        super().__init__()
        stem = network.stem
        stages = [cast(CrossStage, stage) for stage in network.stages]
        self.split = split = stages[0].split
        last = fuse_conv_bn_eval(stem[3], stem[4])
        self.first = packed_first(fuse_conv_bn_eval(stem[0], stem[1]))
        self.second = packed_second(last, split)
        self.main = nn.Sequential(
            *(DeployedMain(stage, side) for stage, side in zip(stages, SIDES, strict=True))
        )
        self.main[0].enter = dense(stages[0])
        self.secondary = nn.ModuleList([sampled(last, split), *(self._short(s) for s in stages)])
        self.head = self._head(network.head, int(stages[-1].main[-1].num_features))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = F.gelu(self.first(standardise(images)))
        main, secondary = unpacked(F.gelu(self.second(maps)), self.split), maps
        main = self.main(main)
        for conv in self.secondary:
            secondary = F.gelu(conv(secondary))
        return self.head(torch.cat((main, secondary), 1).flatten(1))

    @staticmethod
    def _short(stage: CrossStage) -> nn.Conv2d:
        conv = fuse_conv_bn_eval(*stage.secondary)
        conv.stride = (1, 1)
        return whole_blocks(conv)

    @staticmethod
    def _head(head: nn.Sequential, main: int) -> nn.Linear:
        """Return the matrix that the head and the mean over the map come to."""
        inputs = head[0].in_channels
        unit = torch.eye(inputs * LAST_SIDE**2).view(-1, inputs, LAST_SIDE, LAST_SIDE)
        matrix = head(unit).mean((2, 3)).view(inputs, LAST_SIDE**2, -1)
        matrix = torch.cat(
            (filled(matrix[:main], lanes(main)), filled(matrix[main:], lanes(inputs - main)))
        ).flatten(0, 1).T
        linear = nn.Linear(*reversed(matrix.shape), bias=False)
        linear.weight = nn.Parameter(matrix.detach())
        return linear


def dense(stage: CrossStage) -> nn.Conv2d:
    """Return a module's separable entry as one convolution: cheaper for four channels."""
    depth, point = stage.main[0][0], fuse_conv_bn_eval(stage.main[0][1], stage.main[1])
    mix = point.weight.flatten(1)
    weight = mix[:, :, None, None] * depth.weight[:, 0]
    return convolution(weight, point.bias + mix @ depth.bias, padding=1)


@torch.no_grad()
def deploy(network: CPXception) -> Deployed:
    """Return a module with the same scores as `network.eval()`, up to rounding."""
    return Deployed(network.eval()).eval()
