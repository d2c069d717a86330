"""The networks that a recipe can name."""

from torch import nn

from cp_xception_ros.emotion.model import CPXception, MiniXception
from training.teacher import Teacher

NETWORKS: dict[str, type[nn.Module]] = {
    'cp_xception': CPXception,
    'mini_xception': MiniXception,
    'teacher': Teacher,
}


def build(name: str) -> nn.Module:
    """Return a new network of a recipe's name."""
    return NETWORKS[name]()
