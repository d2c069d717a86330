"""Convolutions whose channels fill the blocks that a processor computes at once.

onnxruntime computes 16 channels side by side with AVX-512 and 8 with AVX2, and takes slower ways
for counts that are no multiple of a block. A zero channel costs less than such a way.
"""

import torch
from torch import nn

from cp_xception_ros.emotion.model import AxialParC, ParC

LANES = 16


def lanes(channels: int) -> int:
    """Return the channels of the whole blocks that hold so many."""
    return -(-channels // LANES) * LANES


def filled(tensor: torch.Tensor, *sizes: int) -> torch.Tensor:
    """Return the tensor with zeros behind, up to `sizes` along its first dimensions."""
    whole = tensor.new_zeros(*sizes, *tensor.shape[len(sizes) :])
    whole[tuple(slice(size) for size in tensor.shape)] = tensor
    return whole


def convolution(
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] = 0,
    depthwise: bool = False,
) -> nn.Conv2d:
    """Return a convolution with the given weights, (outputs, inputs or 1, height, width)."""
    outputs, inputs, height, width = weight.shape
    groups = outputs if depthwise else 1
    conv = nn.Conv2d(inputs * groups, outputs, (height, width), stride, padding, groups=groups)
    bias = weight.new_zeros(outputs) if bias is None else bias
    conv.weight, conv.bias = (nn.Parameter(part.detach().clone()) for part in (weight, bias))
    return conv


def whole_blocks(conv: nn.Conv2d, inputs: int = 0) -> nn.Conv2d:
    """Fill a convolution's channels up to whole blocks; `inputs` where they are given already."""
    outputs = lanes(conv.out_channels)
    depthwise = conv.groups > 1
    sizes = [outputs] if depthwise else [outputs, inputs or lanes(conv.in_channels)]
    bias = None if conv.bias is None else filled(conv.bias, outputs)
    return convolution(filled(conv.weight, *sizes), bias, conv.stride, conv.padding, depthwise)


def straight(parc: ParC) -> nn.Sequential:
    """Return ParC without embeddings and biases, as two ordinary depthwise convolutions.

    A circular convolution's matrix is a Toeplitz matrix too, and so the convolution with a kernel
    of twice the length over a map with zeros around it. Each of the two passes the other's half
    of the channels on as it is.
    """
    count = parc.split + parc.horizontal.conv.in_channels
    down = _long_kernels(parc.vertical, slice(0, parc.split), count)
    along = _long_kernels(parc.horizontal, slice(parc.split, count), count)
    reach = parc.vertical.side - 1
    return nn.Sequential(
        convolution(down[:, None, :, None], None, padding=(reach, 0), depthwise=True),
        convolution(along[:, None, None, :], None, padding=(0, reach), depthwise=True),
    )


def _long_kernels(axial: AxialParC, own: slice, count: int) -> torch.Tensor:
    """Return (count, 2 side - 1); channels that are not `own` are only passed on."""
    side = axial.side
    kernels = torch.zeros(count, 2 * side - 1)
    kernels[:, side - 1] = 1
    kernels[own] = axial.conv.weight.flatten(1)[:, torch.arange(1 - side, side) % side]
    return kernels
