"""CP-Xception and its baseline Mini-Xception, as PyTorch modules.

Counts by thop 0.1.1 on a 1x48x48 input: CP-Xception 30,149 parameters and 3,527,496
multiply-accumulates (31,685 parameters with ParC's position embeddings, which thop does not see),
Mini-Xception 56,951 and 7,102,150. Both take grey pictures of shape (N, 1, 48, 48), uint8 or
float, 0..255, and return (N, classes) scores before the softmax.
"""

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (8, 16, 32, 64, 128)
SIDES = (48, 24, 12, 6)
MAIN_SHARE = 0.6
# Squared grey levels: a blank picture stays blank instead of becoming amplified noise.
CONTRAST_FLOOR = 1.0


def standardise(images: torch.Tensor) -> torch.Tensor:
    """Give every picture mean 0 and deviation 1, so that light and contrast do not matter."""
    return F.instance_norm(images.float(), eps=CONTRAST_FLOOR)


def stem(activation: type[nn.Module]) -> nn.Sequential:
    """Two 3x3 convolutions to 8 channels at full size."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        activation(),
        nn.Conv2d(8, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        activation(),
    )


class SeparableConv(nn.Sequential):
    """A depthwise 3x3 followed by a pointwise convolution."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, bias: bool = True) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=bias),
            nn.Conv2d(inputs, outputs, 1, bias=bias),
        )


class AxialParC(nn.Module):
    """Position-aware circular convolution along one axis (ParC-Net, Zhang et al., ECCV 2022)."""

    def __init__(self, channels: int, side: int, vertical: bool) -> None:
        super().__init__()
        self.axis = 2 if vertical else 3
        self.side = side
        kernel = (side, 1) if vertical else (1, side)
        self.position = nn.Parameter(torch.empty(1, channels, *kernel))
        nn.init.trunc_normal_(self.position, std=0.02)
        self.conv = nn.Conv2d(channels, channels, kernel, groups=channels)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        maps = maps + self.position
        wrapped = maps.narrow(self.axis, 0, self.side - 1)
        return self.conv(torch.cat((maps, wrapped), self.axis))


class ParC(nn.Module):
    """The first half of the channels along the height, the second along the width."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        half = channels // 2
        self.split = half
        self.vertical = AxialParC(half, side, vertical=True)
        self.horizontal = AxialParC(channels - half, side, vertical=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        first, second = maps[:, : self.split], maps[:, self.split :]
        return torch.cat((self.vertical(first), self.horizontal(second)), 1)


class CrossStage(nn.Module):
    """Six tenths of the channels go deep, the rest take a 1x1 short cut; the size halves."""

    def __init__(
        self, inputs: int, outputs: int, side: int, parc: bool, activation: type[nn.Module]
    ) -> None:
        """`activation` is of the middle of the main path; the end has GELU."""
        super().__init__()
        self.split = int(MAIN_SHARE * inputs)
        main_out = int(MAIN_SHARE * outputs)
        self.main = nn.Sequential(
            SeparableConv(self.split, outputs),
            nn.BatchNorm2d(outputs),
            activation(),
            ParC(outputs, side) if parc else nn.Identity(),
            SeparableConv(outputs, main_out, stride=2),
            nn.BatchNorm2d(main_out),
        )
        self.secondary = nn.Sequential(
            nn.Conv2d(inputs - self.split, outputs - main_out, 1, stride=2),
            nn.BatchNorm2d(outputs - main_out),
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        deep, shallow = maps[:, : self.split], maps[:, self.split :]
        return F.gelu(torch.cat((self.main(deep), self.secondary(shallow)), 1))


class CPXception(nn.Module):
    """The network of the robot: cross-stage partial paths, ParC in the last two modules."""

    def __init__(
        self, classes: int = 7, parc: bool = True, at_full_size: type[nn.Module] = nn.GELU
    ) -> None:
        """`at_full_size` is the activation of maps as large as the picture: most of the work."""
        super().__init__()
        self.stem = stem(at_full_size)
        self.stages = nn.Sequential(
            *(
                CrossStage(
                    WIDTHS[i],
                    WIDTHS[i + 1],
                    SIDES[i],
                    parc and i >= 2,
                    at_full_size if i == 0 else nn.GELU,
                )
                for i in range(len(SIDES))
            )
        )
        self.head = SeparableConv(WIDTHS[-1], classes, bias=False)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return the last maps, (N, 128, 3, 3)."""
        return self.stages(self.stem(standardise(images)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(images)).mean((2, 3))


class Residual(nn.Module):
    """Mini-Xception's module: two separable convolutions and a pool beside a 1x1 short cut."""

    def __init__(self, inputs: int, outputs: int, side: int, parc: bool) -> None:
        super().__init__()
        self.short = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs)
        )
        self.main = nn.Sequential(
            SeparableConv(inputs, outputs, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            ParC(outputs, side) if parc else nn.Identity(),
            SeparableConv(outputs, outputs, bias=False),
            nn.BatchNorm2d(outputs),
            nn.MaxPool2d(3, 2, padding=1),
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return self.main(maps) + self.short(maps)


class MiniXception(nn.Module):
    """The baseline of Arriaga et al. (2017), seven classes; with `parc` the paper's ablation."""

    def __init__(self, classes: int = 7, parc: bool = False) -> None:
        super().__init__()
        self.stem = stem(nn.ReLU)
        self.stages = nn.Sequential(
            *(
                Residual(WIDTHS[i], WIDTHS[i + 1], SIDES[i], parc and i >= 2)
                for i in range(len(SIDES))
            )
        )
        self.head = nn.Conv2d(WIDTHS[-1], classes, 3, padding=1)
        # A module, not a mean: thop counts its 70 operations in the published figure.
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps = self.head(self.stages(self.stem(standardise(images))))
        return self.pool(maps).flatten(1)
