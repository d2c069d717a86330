"""What the faces in a recording show, in the words of a person: a CSV file."""

from collections.abc import Mapping
import csv
from dataclasses import dataclass
import math
from pathlib import Path

from ..emotion.labels import EMOTIONS

COLUMNS = ('from', 'to', 'emotion')
FACE = 'face'


class LabelError(ValueError):
    """A file of labels that cannot be used; the text names the file, the line and the cure."""


@dataclass(frozen=True)
class Label:
    """`face` is a number or id of the replay; empty: the largest face. Times in seconds."""

    start: float
    end: float
    emotion: int
    face: str = ''


def read_labels(path: Path) -> list[Label]:
    """Read the columns from, to, emotion and, optionally, face, in the order of their times.

    Raises LabelError.
    """
    try:
        with path.open(newline='', encoding='utf-8-sig') as file:
            rows = csv.DictReader(file, skipinitialspace=True)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise LabelError(
                    f'labels {path}: no column {missing[0]!r}; the first line must be '
                    f'{",".join(COLUMNS)} or {",".join(COLUMNS)},{FACE}'
                )
            labels = [_label(f'labels {path}, line {rows.line_num}', row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f'labels {path}: {error}') from None
    if not labels:
        raise LabelError(f'labels {path}: no line with a label')
    labels.sort(key=lambda label: label.start)
    _check_overlaps(path, labels)
    return labels


def _label(where: str, row: Mapping[str, str | None]) -> Label:
    emotion = (row['emotion'] or '').strip().lower()
    if emotion not in EMOTIONS:
        raise LabelError(f'{where}: emotion {emotion!r} is not one of {", ".join(EMOTIONS)}')
    start, end = (_seconds(where, name, row[name]) for name in ('from', 'to'))
    if end <= start:
        raise LabelError(f'{where}: to {end:g} is not after from {start:g}')
    return Label(start, end, EMOTIONS.index(emotion), (row.get(FACE) or '').strip())


def _seconds(where: str, name: str, text: str | None) -> float:
    try:
        value = float(text or '')
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise LabelError(f'{where}: {name} {text!r} is not a number of seconds')
    return value


def _check_overlaps(path: Path, labels: list[Label]) -> None:
    until: dict[str, float] = {}
    for label in labels:
        if label.start < until.get(label.face, -math.inf):
            face = f'face {label.face}' if label.face else 'the largest face'
            raise LabelError(f'labels {path}: two labels for {face} at {label.start:g} s')
        until[label.face] = label.end
