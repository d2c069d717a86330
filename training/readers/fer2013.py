"""The challenge's `fer2013.csv`, and FER+'s votes in `fer2013new.csv` beside it."""

from collections.abc import Iterator
import csv
from pathlib import Path

import numpy as np

from training.pictures import CLASSES, SIDE, DataError, Pictures

FILE = 'fer2013.csv'
COLUMNS = ('emotion', 'pixels', 'Usage')
USAGES = ('Training', 'PublicTest', 'PrivateTest')
VOTES_FILE = 'fer2013new.csv'
VOTE_COLUMNS = (
    'neutral', 'happiness', 'surprise', 'sadness', 'anger',
    'disgust', 'fear', 'contempt', 'unknown', 'NF',
)  # fmt: skip


def read_fer2013(path: Path) -> Pictures:
    """Read `fer2013.csv`, or the folder with it; the votes come from `fer2013new.csv` beside it.

    Raises DataError naming file and row: a column is missing, a label is not 0..6, a picture has
    not 2,304 values of 0..255, the votes are not those of the same rows. OSError: no such file.
    """
    path = path / FILE if path.is_dir() else path
    images, labels, usage = [], [], []
    for number, row in _rows(path, COLUMNS):
        labels.append(_label(path, number, row['emotion']))
        images.append(_picture(path, number, row['pixels']))
        usage.append(_usage(path, number, row['Usage']))
    beside = path.with_name(VOTES_FILE)
    votes = _read_votes(beside, len(labels)) if beside.is_file() else None
    return Pictures(
        np.stack(images), np.array(labels), np.array(usage), votes, origin=_origin(votes)
    )


def _origin(votes: np.ndarray | None) -> str:
    return 'FER2013' if votes is None else 'FER2013 with FER+ votes'


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    with open(path, newline='') as source:
        reader = csv.DictReader(source)
        try:
            yield from _checked(path, reader, columns)
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError(
                f'{path}, after row {reader.line_num}: not a table ({error})'
            ) from None


def _checked(
    path: Path, reader: 'csv.DictReader[str]', columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f'{path}: no column {", ".join(missing)} in the first line')
    empty = True
    for row in reader:
        empty = False
        yield reader.line_num, row
    if empty:
        raise DataError(f'{path}: no rows after the first line')


def _picture(path: Path, number: int, text: str | None) -> np.ndarray:
    try:
        values = np.array((text or '').split(), dtype=np.int64)
    except ValueError:
        raise DataError(f'{path}, row {number}: the pixels are not all whole numbers') from None
    if values.size != SIDE * SIDE:
        raise DataError(f'{path}, row {number}: {values.size} pixels, not {SIDE * SIDE}')
    if values.min() < 0 or values.max() > 255:
        raise DataError(f'{path}, row {number}: a pixel is not 0..255')
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def _label(path: Path, number: int, text: str | None) -> int:
    if text not in tuple('0123456'):
        raise DataError(f'{path}, row {number}: emotion {text!r} is not 0..{CLASSES - 1}')
    return int(text)


def _usage(path: Path, number: int, text: str | None) -> str:
    if text not in USAGES:
        raise DataError(f'{path}, row {number}: Usage {text!r} is not {", ".join(USAGES)}')
    return text


def _read_votes(path: Path, count: int) -> np.ndarray:
    votes = [_vote(path, number, row) for number, row in _rows(path, VOTE_COLUMNS)]
    if len(votes) != count:
        raise DataError(f'{path}: {len(votes)} rows, but {count} in {FILE}')
    return np.array(votes, np.float32)


def _vote(path: Path, number: int, row: dict[str, str]) -> list[int]:
    try:
        return [int(row[name]) for name in VOTE_COLUMNS]
    except (TypeError, ValueError):
        raise DataError(f'{path}, row {number}: a vote is not a whole number') from None
