from pathlib import Path
import sys

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.data import Pictures, picture_keys
from training.division import divide
from training.recipe import Recipe


@pytest.fixture
def pictures() -> Pictures:
    """Return 200 pictures of which the last twenty repeat the first, in other parts of the set."""
    images = np.random.default_rng(0).integers(0, 256, (180, 48, 48), np.uint8)
    images = np.concatenate([images, images[:20]])
    usage = np.array(['Training'] * 160 + ['PublicTest'] * 40)
    return Pictures(images, np.arange(200) % 7, usage)


def parts(pictures: Pictures, recipe: Recipe) -> list[set[str]]:
    found = divide(pictures, recipe)
    keys = picture_keys(found.rows.images)
    return [set(keys[found.fit]), set(keys[found.held]), set(picture_keys(found.test.images))]


@pytest.mark.parametrize('split', ['official', '7:2:1'])
def test_no_picture_is_in_two_parts(pictures, split):
    fit, held, test = parts(pictures, Recipe(split=split))
    assert not (fit & held or fit & test or held & test)


def test_the_official_split_tests_on_public_test_and_holds_out_a_share_of_training(pictures):
    fit, held, test = parts(pictures, Recipe(held_out=0.25))
    assert test == set(picture_keys(pictures.of_usage('PublicTest').images))
    assert (len(fit), len(held)) == (105, 35)


def test_the_papers_split_divides_all_pictures(pictures):
    assert [len(part) for part in parts(pictures, Recipe(split='7:2:1'))] == [126, 36, 18]
