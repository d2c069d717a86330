"""Data sets as arrays, what votes say of them, and splits that keep test pictures apart."""

import hashlib

import numpy as np

from cp_xception_ros.emotion.labels import EMOTIONS
from training.pictures import CLASSES, SIDE, WHOLE, DataError, Pictures
from training.readers.fer2013 import VOTE_COLUMNS, read_fer2013
from training.readers.known import read_pictures

__all__ = [
    'CLASSES',
    'SIDE',
    'VOTE_COLUMNS',
    'VOTE_EMOTIONS',
    'WHOLE',
    'DataError',
    'Pictures',
    'grouped_split',
    'majority',
    'picture_keys',
    'read_fer2013',
    'read_pictures',
    'training_rows',
    'without_majority',
    'without_shared',
]
# The index in EMOTIONS of each vote column; contempt, unknown and NF (no face) have none.
VOTE_EMOTIONS = np.array([6, 3, 5, 4, 0, 1, 2, -1, -1, -1])
# The challenge's public test, and the test folders of sets whose pictures do not say theirs.
TESTS = ('PublicTest', 'Test', 'Validation')


def majority(votes: np.ndarray) -> np.ndarray:
    """Return FER+'s majority as a class, -1 where it is a tie, contempt, unknown or no face."""
    return np.where(_tied(votes), -1, VOTE_EMOTIONS[votes.argmax(1)])


def without_majority(votes: np.ndarray) -> dict[str, int]:
    """Count, by reason, the pictures for which `majority` has no class."""
    tied = _tied(votes)
    winner = np.where(tied, '', np.array(VOTE_COLUMNS)[votes.argmax(1)])
    counts = {'tie': tied, 'contempt': winner == 'contempt', 'unknown': winner == 'unknown'}
    counts['no face'] = winner == 'NF'
    return {reason: int(mask.sum()) for reason, mask in counts.items()}


def _tied(votes: np.ndarray) -> np.ndarray:
    return (votes == votes.max(1, keepdims=True)).sum(1) > 1


def picture_keys(images: np.ndarray) -> np.ndarray:
    """Return one digest per picture, equal exactly where all pixels are."""
    return np.array([hashlib.sha1(image.tobytes()).hexdigest() for image in images])


def without_shared(training: Pictures, test: Pictures) -> Pictures:
    """Leave out every training picture that is also a test picture, pixel by pixel."""
    return training.take(~np.isin(picture_keys(training.images), picture_keys(test.images)))


def training_rows(pictures: Pictures) -> Pictures:
    """Return the Training rows without any picture that is also in a public test.

    Raises DataError: a class has no pictures among them.
    """
    test = pictures.take(np.isin(pictures.usage, TESTS))
    rows = without_shared(pictures.of_usage('Training'), test)
    empty = [name for place, name in enumerate(EMOTIONS) if not (rows.labels == place).any()]
    if empty:
        raise DataError(f'{pictures.origin}: no Training picture shows {", ".join(empty)}')
    return rows


def grouped_split(images: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of a training and a validation part; equal pictures stay together."""
    _, group = np.unique(picture_keys(images), return_inverse=True)
    order = np.random.default_rng(seed).permutation(group.max() + 1)
    held = np.isin(group, order[: round(share * len(order))])
    return np.flatnonzero(~held), np.flatnonzero(held)
