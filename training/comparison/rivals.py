"""The paper's large networks, for the same pictures and classes as ours."""

import torch
from torch import nn

from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.emotion.model import standardise
from training.comparison.plan import MOBILE, XCEPTION, ComparisonError
from training.networks import build

# Names in timm. legacy_xception is the original's port (Chollet, 2017).
LIBRARY = {XCEPTION.network: 'legacy_xception', MOBILE.network: 'mobilenetv2_100'}


class Rival(nn.Module):
    """A library's network on grey pictures (N, 1, 48, 48), uint8 or float, 0..255."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(standardise(images))


def network_of(name: str) -> nn.Module:
    """Return a new network of the tables, in evaluation mode.

    Raises ComparisonError: timm, which has the large ones, cannot be loaded.
    """
    if name not in LIBRARY:
        return build(name).eval()
    try:
        import timm
    except (ImportError, RuntimeError) as error:  # RuntimeError: torchvision of another torch
        raise ComparisonError(
            f'{name}: timm cannot be loaded ({error}); '
            'install timm, and torch and torchvision from the same index'
        ) from None
    network = timm.create_model(LIBRARY[name], in_chans=1, num_classes=len(EMOTIONS))
    return Rival(network).eval()
