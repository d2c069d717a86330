"""The network in a checkpoint, for a run that goes on from it."""

from collections.abc import Mapping
from pathlib import Path
import pickle

import torch
from torch import nn

FILE = 'checkpoint.pt'
PREFIX = 'module.'  # of AveragedModel
Weights = Mapping[str, torch.Tensor]


class CheckpointError(ValueError):
    """A checkpoint cannot be used; the message names the file and what is wrong."""


def checkpoint_file(path: Path) -> Path:
    """Return the checkpoint in a run's folder; a file is returned as it is."""
    return path / FILE if path.is_dir() else path


def load_weights(path: Path, network: nn.Module) -> nn.Module:
    """Put the averaged weights of a run's folder or checkpoint into `network`.

    Raises CheckpointError: not a checkpoint, or of another structure. OSError: no such file.
    """
    path = checkpoint_file(path)
    state = _averaged(path).items()
    weights = {name[len(PREFIX) :]: value for name, value in state if name.startswith(PREFIX)}
    reasons = _differences(weights, network.state_dict())
    if reasons:
        kind = type(network).__name__
        raise CheckpointError(f'{path}: of another structure than {kind}: {"; ".join(reasons)}')
    network.load_state_dict(weights)
    return network


def _averaged(path: Path) -> Weights:
    try:
        saved = torch.load(path, map_location='cpu', weights_only=True)
        return saved.get('best', saved)['averaged']
    except (
        RuntimeError,
        EOFError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        pickle.UnpicklingError,
    ):
        raise CheckpointError(f'{path}: not a checkpoint written by train.py') from None


def _differences(found: Weights, wanted: Weights) -> list[str]:
    both = [name for name in wanted if name in found]
    kinds = {
        'missing': [name for name in wanted if name not in found],
        'too many': [name for name in found if name not in wanted],
        'of another shape': [name for name in both if found[name].shape != wanted[name].shape],
    }
    return [f'{len(names)} parts {kind}, as {names[0]}' for kind, names in kinds.items() if names]
