"""FER2013 and FER+ as arrays, and the splits that keep test pictures out of training."""

from collections.abc import Iterator
import csv
from dataclasses import dataclass
import hashlib
from pathlib import Path

import numpy as np

SIDE = 48
CLASSES = 7
VOTE_COLUMNS = (
    'neutral', 'happiness', 'surprise', 'sadness', 'anger',
    'disgust', 'fear', 'contempt', 'unknown', 'NF',
)  # fmt: skip
# The index in EMOTIONS of each vote column; contempt, unknown and NF (no face) have none.
VOTE_EMOTIONS = np.array([6, 3, 5, 4, 0, 1, 2, -1, -1, -1])


class DataError(ValueError):
    """A data file does not hold what it should; the message names file and row."""


@dataclass(frozen=True)
class Pictures:
    """N grey faces with what is known of them."""

    images: np.ndarray  # uint8 (N, 48, 48)
    labels: np.ndarray  # int64 (N,), index into EMOTIONS
    usage: np.ndarray  # str (N,): Training, PublicTest or PrivateTest
    votes: np.ndarray | None = None  # float32 (N, 10), counts in VOTE_COLUMNS order

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: np.ndarray) -> 'Pictures':
        """Return the pictures at `index` (integers or a mask)."""
        votes = None if self.votes is None else self.votes[index]
        return Pictures(self.images[index], self.labels[index], self.usage[index], votes)

    def of_usage(self, usage: str) -> 'Pictures':
        """Return the rows of one part of the challenge's file."""
        return self.take(self.usage == usage)


def read_fer2013(path: Path) -> Pictures:
    """Read `fer2013.csv`, or the folder with it; the votes come from `fer2013new.csv` beside it.

    Raises DataError naming file and row: a column is missing, a label is not 0..6, a picture has
    not 2,304 values of 0..255, the votes are not those of the same rows. OSError: no such file.
    """
    path = path / 'fer2013.csv' if path.is_dir() else path
    rows = list(_rows(path, ('emotion', 'pixels', 'Usage')))
    images = np.stack([_picture(path, number, row['pixels']) for number, row in rows])
    labels = np.array([_label(path, number, row['emotion']) for number, row in rows])
    usage = np.array([row['Usage'] for _, row in rows])
    beside = path.with_name('fer2013new.csv')
    votes = _read_votes(beside, usage) if beside.is_file() else None
    return Pictures(images, labels, usage, votes)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    with open(path, newline='') as source:
        reader = csv.DictReader(source)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f'{path}: no column {", ".join(missing)} in the first line')
        empty = True
        for row in reader:
            empty = False
            yield reader.line_num, row
        if empty:
            raise DataError(f'{path}: no rows after the first line')


def _picture(path: Path, number: int, text: str) -> np.ndarray:
    try:
        values = np.array((text or '').split(), dtype=np.int64)
    except ValueError:
        raise DataError(f'{path}, row {number}: the pixels are not all whole numbers') from None
    if values.size != SIDE * SIDE:
        raise DataError(f'{path}, row {number}: {values.size} pixels, not {SIDE * SIDE}')
    if values.min() < 0 or values.max() > 255:
        raise DataError(f'{path}, row {number}: a pixel is not 0..255')
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def _label(path: Path, number: int, text: str) -> int:
    if text not in tuple('0123456'):
        raise DataError(f'{path}, row {number}: emotion {text!r} is not 0..{CLASSES - 1}')
    return int(text)


def _read_votes(path: Path, usage: np.ndarray) -> np.ndarray:
    rows = list(_rows(path, VOTE_COLUMNS))
    if len(rows) != len(usage):
        raise DataError(f'{path}: {len(rows)} rows, but {len(usage)} in fer2013.csv')
    return np.array([_vote(path, number, row) for number, row in rows], np.float32)


def _vote(path: Path, number: int, row: dict[str, str]) -> list[int]:
    try:
        return [int(row[name]) for name in VOTE_COLUMNS]
    except (TypeError, ValueError):
        raise DataError(f'{path}, row {number}: a vote is not a whole number') from None


def majority(votes: np.ndarray) -> np.ndarray:
    """Return FER+'s majority as a class, -1 where it is a tie, contempt, unknown or no face."""
    best = votes.max(1, keepdims=True)
    winner = votes.argmax(1)
    clear = (votes == best).sum(1) == 1
    return np.where(clear, VOTE_EMOTIONS[winner], -1)


def picture_keys(images: np.ndarray) -> np.ndarray:
    """Return one digest per picture, equal exactly where all pixels are."""
    return np.array([hashlib.sha1(image.tobytes()).hexdigest() for image in images])


def without_shared(training: Pictures, test: Pictures) -> Pictures:
    """Leave out every training picture that is also a test picture, pixel by pixel."""
    return training.take(~np.isin(picture_keys(training.images), picture_keys(test.images)))


def training_rows(pictures: Pictures) -> Pictures:
    """Return the Training rows without any picture that is also in PublicTest."""
    return without_shared(pictures.of_usage('Training'), pictures.of_usage('PublicTest'))


def grouped_split(images: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of a training and a validation part; equal pictures stay together."""
    _, group = np.unique(picture_keys(images), return_inverse=True)
    order = np.random.default_rng(seed).permutation(group.max() + 1)
    held = np.isin(group, order[: round(share * len(order))])
    return np.flatnonzero(~held), np.flatnonzero(held)
