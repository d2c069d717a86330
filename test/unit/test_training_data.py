import csv
from pathlib import Path
import sys

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.data import (
    VOTE_COLUMNS,
    DataError,
    grouped_split,
    majority,
    read_fer2013,
    training_rows,
    without_majority,
    without_shared,
)


def pixels(seed: int) -> str:
    return ' '.join(map(str, np.random.default_rng(seed).integers(0, 256, 2304)))


def write(folder: Path, rows, header=('emotion', 'pixels', 'Usage')) -> Path:
    path = folder / 'fer2013.csv'
    with open(path, 'w', newline='') as out:
        csv.writer(out).writerows([header, *rows])
    return path


def write_votes(folder: Path, votes) -> None:
    with open(folder / 'fer2013new.csv', 'w', newline='') as out:
        writer = csv.writer(out)
        writer.writerow(['Usage', 'Image name', *VOTE_COLUMNS])
        writer.writerows(['Training', f'fer{n}.png', *row] for n, row in enumerate(votes))


def test_pictures_labels_and_usage_are_read(tmp_path):
    write(tmp_path, [(3, pixels(1), 'Training'), (6, pixels(2), 'PublicTest')])
    found = read_fer2013(tmp_path)
    assert (found.images.shape, found.images.dtype) == ((2, 48, 48), np.uint8)
    assert found.images[1].flatten().tolist() == [int(v) for v in pixels(2).split()]
    assert found.labels.tolist() == [3, 6]
    assert found.of_usage('PublicTest').labels.tolist() == [6]
    assert found.votes is None


def test_votes_beside_the_file_are_read(tmp_path):
    write(tmp_path, [(3, pixels(1), 'Training')])
    write_votes(tmp_path, [(4, 0, 0, 1, 3, 2, 0, 0, 0, 0)])
    assert read_fer2013(tmp_path).votes.tolist() == [[4, 0, 0, 1, 3, 2, 0, 0, 0, 0]]


@pytest.mark.parametrize(
    'row, reason',
    [
        ((7, pixels(0), 'Training'), 'emotion'),
        (('x', pixels(0), 'Training'), 'emotion'),
        ((0, '1 2 3', 'Training'), '3 pixels'),
        ((0, pixels(0) + ' 5', 'Training'), '2305 pixels'),
        ((0, 'a' + pixels(0), 'Training'), 'whole numbers'),
        ((0, pixels(0), 'Test'), 'Usage'),
        ((0, pixels(0)), 'Usage'),
        ((0, '300' + pixels(0)[pixels(0).index(' ') :], 'Training'), '0..255'),
    ],
)
def test_a_bad_row_is_named_with_its_file(tmp_path, row, reason):
    path = write(tmp_path, [(0, pixels(0), 'Training'), row])
    with pytest.raises(DataError, match='row 3') as caught:
        read_fer2013(path)
    assert reason in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_column_is_named(tmp_path):
    path = write(tmp_path, [(0, pixels(0))], header=('emotion', 'pixel'))
    with pytest.raises(DataError, match='no column pixels, Usage'):
        read_fer2013(path)


def test_a_file_without_rows_is_an_error(tmp_path):
    with pytest.raises(DataError, match='no rows'):
        read_fer2013(write(tmp_path, []))


def test_votes_of_another_length_are_an_error(tmp_path):
    write(tmp_path, [(0, pixels(0), 'Training')])
    write_votes(tmp_path, [range(10)] * 2)
    with pytest.raises(DataError, match='2 rows, but 1'):
        read_fer2013(tmp_path)


def test_a_vote_that_is_no_number_is_named(tmp_path):
    write(tmp_path, [(0, pixels(0), 'Training')])
    write_votes(tmp_path, [['x'] * 10])
    with pytest.raises(DataError, match='row 2'):
        read_fer2013(tmp_path)


def test_the_majority_of_the_votes_is_a_class_or_nothing():
    votes = np.zeros((6, 10), np.float32)
    for row, counts in enumerate([{0: 9}, {4: 6, 5: 4}, {1: 5, 2: 5}, {7: 10}, {9: 10}, {6: 10}]):
        for column, count in counts.items():
            votes[row, column] = count
    assert majority(votes).tolist() == [6, 0, -1, -1, -1, 2]


def test_pictures_without_a_majority_are_counted_by_reason():
    votes = np.zeros((5, 10), np.float32)
    for row, column in enumerate((0, 7, 8, 9)):
        votes[row, column] = 10
    votes[4, [0, 7]] = 5
    assert without_majority(votes) == {'tie': 1, 'contempt': 1, 'unknown': 1, 'no face': 1}


def test_a_class_that_no_training_picture_shows_is_named(tmp_path):
    rows = [(n, pixels(n), 'Training') for n in (0, 2, 3, 4, 6)] + [(1, pixels(1), 'PublicTest')]
    with pytest.raises(DataError, match='no Training picture shows disgust, surprise'):
        training_rows(read_fer2013(write(tmp_path, rows)))


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / 'fer2013.csv'
    path.write_bytes(bytes(range(256)))
    with pytest.raises(DataError, match=r'fer2013\.csv, after row 0: not a table'):
        read_fer2013(path)


def test_pictures_that_are_also_test_pictures_are_left_out(tmp_path):
    rows = [(0, pixels(n), 'Training') for n in range(4)] + [(0, pixels(2), 'PublicTest')]
    found = read_fer2013(write(tmp_path, rows))
    kept = without_shared(found.of_usage('Training'), found.of_usage('PublicTest'))
    assert np.array_equal(kept.images, found.images[[0, 1, 3]])


def test_equal_pictures_stay_on_one_side_of_the_split():
    images = np.random.default_rng(0).integers(0, 256, (100, 48, 48), np.uint8)
    doubled = np.concatenate([images, images])
    fit, held = grouped_split(doubled, 0.1, 0)
    assert set(fit % 100).isdisjoint(held % 100)
    assert (len(fit), len(held)) == (180, 20)


def test_the_split_depends_on_its_seed_alone():
    images = np.random.default_rng(0).integers(0, 256, (50, 48, 48), np.uint8)
    first, again, other = (grouped_split(images, 0.2, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
