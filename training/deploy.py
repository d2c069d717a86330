"""CP-Xception rewritten for the robot: the same function with less to compute.

A module's main outputs are exactly the next module's main inputs, and the same holds for the
secondary path, so nothing has to be joined or cut before the head. The secondary path is a chain
of 1x1 convolutions of stride 2 and so depends on 3x3 places of the stem alone. Position
embeddings pass through linear layers only and become one constant map. The head and the mean are
linear: one matrix.
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


class DeployedParC(nn.Module):
    """ParC without its position embeddings and biases, which DeployedMain adds later."""

    def __init__(self, parc: ParC) -> None:
        super().__init__()
        self.split = parc.split
        self.vertical, self.horizontal = (
            self._bare(axial) for axial in (parc.vertical, parc.horizontal)
        )
        self.side = parc.vertical.side

    @staticmethod
    def _bare(axial: AxialParC) -> nn.Conv2d:
        old = axial.conv
        new = nn.Conv2d(
            old.in_channels, old.out_channels, old.kernel_size, groups=old.groups, bias=False
        )
        new.weight = old.weight
        return new

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        upper, lower = maps[:, : self.split], maps[:, self.split :]
        upper = torch.cat((upper, upper[:, :, : self.side - 1]), 2)
        lower = torch.cat((lower, lower[:, :, :, : self.side - 1]), 3)
        return torch.cat((self.vertical(upper), self.horizontal(lower)), 1)


class DeployedMain(nn.Module):
    """One module's main path, batch normalisation folded."""

    def __init__(self, stage: CrossStage, side: int) -> None:
        super().__init__()
        first, norm, _, parc, second, last = stage.main
        self.enter = nn.Sequential(first[0], fuse_conv_bn_eval(first[1], norm))
        self.leave = nn.Sequential(second[0], fuse_conv_bn_eval(second[1], last))
        self.parc: nn.Module = nn.Identity()
        self.register_buffer('constant', None)
        if isinstance(parc, ParC):
            self.parc = DeployedParC(parc)
            blank = torch.zeros(1, norm.num_features, side, side)
            # What the embeddings and ParC's biases come to at the path's end.
            self.constant = self.leave(parc(blank)) - self.leave(blank)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        maps = self.leave(self.parc(F.gelu(self.enter(maps))))
        if self.constant is not None:
            maps = maps + self.constant
        return F.gelu(maps)


class Deployed(nn.Module):
    """The scores of a trained CPXception in evaluation mode."""

    def __init__(self, network: CPXception) -> None:
        super().__init__()
        stem = network.stem
        self.first = fuse_conv_bn_eval(stem[0], stem[1])
        stages = [cast(CrossStage, stage) for stage in network.stages]
        self.second, sampled = self._split_stem(
            fuse_conv_bn_eval(stem[3], stem[4]), stages[0].split
        )
        self.main = nn.Sequential(
            *(DeployedMain(stage, side) for stage, side in zip(stages, SIDES, strict=True))
        )
        self.secondary = nn.ModuleList([sampled, *(self._short(stage) for stage in stages)])
        self.head = self._head(network.head)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = F.gelu(self.first(standardise(images)))
        main, secondary = self.main(F.gelu(self.second(maps))), maps
        for conv in self.secondary:
            secondary = F.gelu(conv(secondary))
        return self.head(torch.cat((main, secondary), 1).flatten(1))

    @staticmethod
    def _split_stem(conv: nn.Conv2d, main: int) -> tuple[nn.Conv2d, nn.Conv2d]:
        """Return the stem's end for the main path, and for the secondary's few places."""
        total = conv.out_channels
        near = nn.Conv2d(conv.in_channels, main, 3, padding=1)
        far = nn.Conv2d(conv.in_channels, total - main, 3, stride=STRIDE, padding=1)
        for part, rows in ((near, slice(0, main)), (far, slice(main, total))):
            part.weight = nn.Parameter(conv.weight[rows].detach())
            part.bias = nn.Parameter(cast(torch.Tensor, conv.bias)[rows].detach())
        return near, far

    @staticmethod
    def _short(stage: CrossStage) -> nn.Conv2d:
        conv = fuse_conv_bn_eval(*stage.secondary)
        conv.stride = (1, 1)
        return conv

    @staticmethod
    def _head(head: nn.Sequential) -> nn.Linear:
        """Return the matrix that the head and the mean over the map come to."""
        inputs = head[0].in_channels
        unit = torch.eye(inputs * LAST_SIDE**2).view(-1, inputs, LAST_SIDE, LAST_SIDE)
        matrix = head(unit).mean((2, 3)).T
        linear = nn.Linear(*reversed(matrix.shape), bias=False)
        linear.weight = nn.Parameter(matrix.detach())
        return linear


@torch.no_grad()
def deploy(network: CPXception) -> Deployed:
    """Return a module with the same scores as `network.eval()`, up to rounding."""
    return Deployed(network.eval()).eval()
