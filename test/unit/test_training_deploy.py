"""The parts of the robot's graph are the training network's, written otherwise."""

from pathlib import Path
import sys

import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
torch.set_num_threads(1)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from cp_xception_ros.emotion.model import AxialParC, ParC, SeparableConv  # noqa: E402
from training.blocks import lanes, straight, whole_blocks  # noqa: E402
from training.deploy import joined  # noqa: E402
from training.packing import packed_first, packed_second, sampled, unpacked  # noqa: E402


@pytest.fixture(autouse=True)
def no_gradients():
    torch.manual_seed(0)
    with torch.no_grad():
        yield


def close(one: torch.Tensor, two: torch.Tensor) -> bool:
    return torch.allclose(one, two, atol=1e-5)


@pytest.mark.parametrize('channels, side', [(64, 12), (128, 6)])
def test_a_circular_convolution_is_a_long_one_between_zeros(channels, side):
    parc = ParC(channels, side)
    for part in parc.modules():
        if isinstance(part, AxialParC):
            part.position.zero_()
            part.conv.bias.zero_()
    maps = torch.randn(2, channels, side, side)
    assert close(straight(parc)(maps), parc(maps))


@pytest.mark.parametrize('channels, whole', [(1, 16), (16, 16), (17, 32), (76, 80)])
def test_channels_are_filled_up_to_blocks(channels, whole):
    assert lanes(channels) == whole


@pytest.mark.parametrize('groups', [1, 9])
def test_a_filled_convolution_answers_as_before_and_zero_beyond(groups):
    conv = torch.nn.Conv2d(9, 9, 3, 2, padding=1, groups=groups)
    maps = torch.randn(2, 9, 8, 8)
    more = torch.cat((maps, torch.zeros(2, 7, 8, 8)), 1)
    found = whole_blocks(conv)(more)
    assert close(found[:, :9], conv(maps))
    assert not found[:, 9:].any()


def test_a_separable_pair_is_one_convolution():
    pair = SeparableConv(4, 16)
    maps = torch.randn(2, 4, 12, 12)
    assert close(joined(pair)(maps), pair(maps))


def test_the_packed_stem_gives_the_same_maps():
    first, second = torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.Conv2d(8, 8, 3, padding=1)
    image = torch.randn(2, 1, 48, 48)
    expected = second(first(image))
    packed = packed_first(first)(image)
    assert close(unpacked(packed_second(second, 4)(packed), 4, 48), expected[:, :4])
    assert close(sampled(second, 4, 16)(packed)[:, :4], expected[:, 4:, ::16, ::16])
