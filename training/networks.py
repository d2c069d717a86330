"""The networks that a recipe can name."""

from collections.abc import Callable
from functools import partial

from torch import nn

from cp_xception_ros.emotion.model import CPXception, MiniXception
from training.teacher import Teacher

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    'cp_xception': CPXception,
    'cp_xception_fast': partial(CPXception, at_full_size=nn.ReLU),
    'cp_xception_without_parc': partial(CPXception, parc=False),
    'mini_xception': MiniXception,
    'mini_xception_parc': partial(MiniXception, parc=True),
    'teacher': Teacher,
}


def build(name: str) -> nn.Module:
    """Return a new network of a recipe's name."""
    return NETWORKS[name]()
