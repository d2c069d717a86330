"""Which pictures of FER2013 a recipe trains on, chooses by, and is tested on."""

from dataclasses import dataclass

import numpy as np

from training.data import Pictures, grouped_split, training_rows
from training.recipe import RANDOM, Recipe

TEST_SHARE = 1 / 10
HELD_SHARE = 2 / 9  # of what is left


@dataclass(frozen=True)
class Division:
    """The parts; equal pictures are never in two of them."""

    rows: Pictures
    """Those trained on and those held out."""
    fit: np.ndarray
    """Indices of the rows to train on."""
    held: np.ndarray
    """Indices of the rows to choose by."""
    test: Pictures


def divide(pictures: Pictures, recipe: Recipe) -> Division:
    """Divide as the challenge did, or all pictures 7:2:1 at random, as the recipe says.

    Raises DataError: a class has no pictures among the challenge's Training rows.
    """
    if recipe.split == RANDOM:
        left, test = grouped_split(pictures.images, TEST_SHARE, recipe.split_seed)
        rows, share, tested = pictures.take(left), HELD_SHARE, pictures.take(test)
    else:
        rows, share = training_rows(pictures), recipe.held_out
        tested = pictures.of_usage('PublicTest')
    return Division(rows, *grouped_split(rows.images, share, recipe.split_seed), tested)
