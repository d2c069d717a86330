"""Folds of a cross-validation: stratified, by picture or by person."""

from collections.abc import Iterator

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from cp_xception_ros.emotion.labels import EMOTIONS
from training.pictures import DataError, Pictures

Fold = tuple[np.ndarray, np.ndarray]  # indices to train on, indices to test on


def make_folds(pictures: Pictures, count: int, by: str, seed: int) -> list[Fold]:
    """Return `count` folds in which the classes have their shares as in the whole.

    `by` 'frame' deals out single pictures; 'subject' keeps all pictures of a person in one fold.
    Raises DataError: fewer pictures of a class, or fewer persons, than folds; persons unknown.
    """
    if count < 2:
        raise DataError(f'{count} folds: at least 2 are needed')
    _check_classes(pictures, count)
    zeros = np.zeros(len(pictures))
    if by == 'frame':
        frames = StratifiedKFold(count, shuffle=True, random_state=seed)
        return list(frames.split(zeros, pictures.labels))
    subjects = _subjects(pictures, count)
    persons = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return list(persons.split(zeros, pictures.labels, subjects))


def _check_classes(pictures: Pictures, count: int) -> None:
    for name, pieces in _classes(pictures):
        if 0 < pieces < count:
            raise DataError(f'{pictures.origin}: {pieces} pictures of {name}, but {count} folds')


def _classes(pictures: Pictures) -> Iterator[tuple[str, int]]:
    counts = np.bincount(pictures.labels, minlength=len(EMOTIONS))
    return zip(EMOTIONS, counts.tolist(), strict=True)


def _subjects(pictures: Pictures, count: int) -> np.ndarray:
    if pictures.subjects is None:
        raise DataError(f'{pictures.origin}: it is not known who is shown; use --by frame')
    people = len(set(pictures.subjects.tolist()))
    if people < count:
        raise DataError(f'{pictures.origin}: {people} subjects, but {count} folds')
    return pictures.subjects
