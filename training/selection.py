"""The pictures of a data set that a network is measured on, and their labels."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data import DataError, Pictures, majority, read_pictures, without_majority

# What is measured unless --usage says otherwise: the first of these that the set has.
DEFAULT_USAGES = ('PublicTest', 'Test', 'Validation', 'all')


@dataclass(frozen=True)
class Selection:
    """N pictures with a label each, and what was not taken."""

    images: np.ndarray  # uint8 (N, 48, 48)
    labels: np.ndarray  # int64 (N,), index into EMOTIONS
    origin: str
    usage: str
    left_out: dict[str, int]  # by reason


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add --data, --usage, --labels and --detector."""
    parser.add_argument(
        '--data', type=Path, required=True,
        help='fer2013.csv, or a folder with it, with train/angry/…, CK+48, CK+ or JAFFE',
    )  # fmt: skip
    parser.add_argument(
        '--usage',
        help=f'part of the set (default: the first it has of {", ".join(DEFAULT_USAGES)})',
    )
    parser.add_argument('--labels', choices=('fer2013', 'ferplus'), default='fer2013')
    parser.add_argument(
        '--detector', default='auto',
        help='cuts faces out of CK+ and JAFFE: auto, yunet, cascade or a path ending in .onnx',
    )  # fmt: skip


def select(options: argparse.Namespace) -> Selection:
    """Read the data set and choose from it; raises as `read_pictures` and `choose`."""
    return choose(read_pictures(options.data, options.detector), options.usage, options.labels)


def choose(pictures: Pictures, usage: str | None, labels: str) -> Selection:
    """Return the pictures of one part, with their own labels or the majority of FER+'s votes.

    Raises DataError: the set has no such part, or no votes, or none of them has a majority.
    """
    usage = _usage(pictures, usage)
    part = pictures.of_usage(usage)
    left_out = dict(pictures.left_out)
    answers = part.labels
    if labels == 'ferplus':
        if part.votes is None:
            raise DataError('--labels ferplus: there is no fer2013new.csv beside fer2013.csv')
        answers = majority(part.votes)
        left_out.update(without_majority(part.votes))
    known = answers >= 0
    if not known.any():
        raise DataError(f'{pictures.origin}, {usage}: no picture has a label')
    return Selection(part.images[known], answers[known], pictures.origin, usage, left_out)


def _usage(pictures: Pictures, wanted: str | None) -> str:
    found = sorted(set(pictures.usage.tolist()))
    if wanted is None:
        chosen = [usage for usage in DEFAULT_USAGES if usage in found]
    else:
        chosen = [usage for usage in found if usage.lower() == wanted.lower()]
    if not chosen:
        missing = f'no pictures of usage {wanted!r}' if wanted else 'no test pictures'
        raise DataError(f'{missing}; the set has {", ".join(found)} (choose with --usage)')
    return chosen[0]
