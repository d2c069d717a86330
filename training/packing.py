"""The stem with neighbouring rows of the picture as channels.

Its 8 and 4 channels would leave half and three quarters of a block of 16 empty, and GELU is
computed for empty channels too. A convolution that steps over several rows at once gives these
rows as channels: the same numbers in full blocks.
"""

import torch
from torch import nn
from torch.nn import functional as F

from training.blocks import convolution, whole_blocks

FIRST_ROWS = 2  # 8 channels of 2 rows
SECOND_ROWS = 4  # 4 channels of 4 rows


def packed_first(conv: nn.Conv2d) -> nn.Conv2d:
    """Return a 3x3 convolution whose channel p*C + c of row y is channel c of row 2y + p."""
    weight = torch.cat([F.pad(conv.weight, (0, 0, p, 1 - p)) for p in range(FIRST_ROWS)])
    return convolution(weight, conv.bias.repeat(FIRST_ROWS), (FIRST_ROWS, 1), 1)


def packed_second(conv: nn.Conv2d, outputs: int) -> nn.Conv2d:
    """Return the first `outputs` channels of a 3x3 convolution, from packed_first's.

    Channel 4c + a of row y is channel c of row 4y + a.
    """
    weight = torch.zeros(outputs, SECOND_ROWS, FIRST_ROWS, conv.in_channels, 4, 3)
    for a in range(SECOND_ROWS):
        for dy in (-1, 0, 1):
            block, p = divmod(a + dy, FIRST_ROWS)
            weight[:, a, p, :, block + 1] = conv.weight[:outputs, :, dy + 1]
    bias = conv.bias[:outputs].repeat_interleave(SECOND_ROWS)
    return convolution(weight.flatten(0, 1).flatten(1, 2), bias, (2, 1), 1)


def unpacked(maps: torch.Tensor, channels: int, side: int) -> torch.Tensor:
    """Return packed_second's rows where they belong, (N, channels, side, side)."""
    rows = maps.reshape(-1, channels, SECOND_ROWS, side // SECOND_ROWS, side)
    return rows.transpose(2, 3).reshape(-1, channels, side, side)


def sampled(conv: nn.Conv2d, first: int, stride: int) -> nn.Conv2d:
    """Return channels `first` and on of a 3x3 convolution from packed_first's, with a stride."""
    weight = conv.weight[first:]
    outputs, inputs = weight.shape[:2]
    # Row -1 is the second of the block before; rows 0 and 1 are a block.
    tall = torch.zeros(outputs, FIRST_ROWS, inputs, 3, 3)
    tall[:, 1, :, 0] = weight[:, :, 0]
    tall[:, 0, :, 1] = weight[:, :, 1]
    tall[:, 1, :, 1] = weight[:, :, 2]
    strides = (stride // FIRST_ROWS, stride)
    return whole_blocks(convolution(tall.flatten(1, 2), conv.bias[first:], strides, 1))
