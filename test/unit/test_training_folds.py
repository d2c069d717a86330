from pathlib import Path
import sys

import numpy as np
import pytest

pytest.importorskip('sklearn', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.data import DataError, Pictures  # noqa: E402
from training.folds import make_folds  # noqa: E402


def pictures(labels, subjects=None) -> Pictures:
    count = len(labels)
    return Pictures(
        np.zeros((count, 48, 48), np.uint8),
        np.array(labels),
        np.array(['all'] * count),
        subjects=None if subjects is None else np.array(subjects),
        origin='a set',
    )


def jaffe() -> Pictures:
    """Ten people, seven expressions, three pictures of each."""
    labels = np.tile(np.repeat(np.arange(7), 3), 10)
    return pictures(labels, [f'P{person}' for person in range(10) for _ in range(21)])


@pytest.mark.parametrize('by', ['frame', 'subject'])
def test_every_picture_is_tested_once_and_never_trained_on_in_its_fold(by):
    folds = make_folds(jaffe(), 10, by, seed=0)
    tested = np.concatenate([test for _, test in folds])
    assert sorted(tested) == list(range(210))
    for fit, test in folds:
        assert set(fit).isdisjoint(test)
        assert len(fit) + len(test) == 210


def test_classes_have_their_shares_in_every_fold():
    labels = [0] * 90 + [1] * 30 + [2] * 10
    for _, test in make_folds(pictures(labels), 10, 'frame', seed=1):
        assert np.bincount(np.array(labels)[test]).tolist() == [9, 3, 1]


def test_by_subject_nobody_is_on_both_sides():
    found = jaffe()
    for fit, test in make_folds(found, 10, 'subject', seed=0):
        assert len(set(found.subjects[test])) == 1
        assert set(found.subjects[fit]).isdisjoint(found.subjects[test])


def test_folds_depend_on_the_seed_alone():
    first, again, other = (make_folds(jaffe(), 5, 'frame', seed)[0][1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_fewer_pictures_of_a_class_than_folds_are_named():
    with pytest.raises(DataError, match='a set: 3 pictures of fear, but 4 folds'):
        make_folds(pictures([0] * 9 + [2] * 3), 4, 'frame', 0)


def test_a_class_that_the_set_does_not_have_is_no_fault():
    assert len(make_folds(pictures([0, 0, 3, 3]), 2, 'frame', 0)) == 2


def test_fewer_people_than_folds_are_named():
    with pytest.raises(DataError, match='2 subjects, but 3 folds'):
        make_folds(pictures([0] * 6, ['a', 'a', 'a', 'b', 'b', 'b']), 3, 'subject', 0)


def test_a_set_that_does_not_say_who_is_shown_cannot_be_divided_by_subject():
    with pytest.raises(DataError, match='--by frame'):
        make_folds(pictures([0] * 6), 3, 'subject', 0)


def test_one_fold_is_none():
    with pytest.raises(DataError, match='1 folds: at least 2'):
        make_folds(pictures([0] * 6), 1, 'frame', 0)
