#!/usr/bin/env python3
"""Train and test a network on each fold of a data set in turn.

python training/cross_validate.py --data DIR --folds 10 --by subject --out DIR [--resume]

`--by frame` deals out single pictures, as the paper does; CK+ has three almost equal frames of
each sequence, so this tests on what was nearly trained on. `--by subject` keeps people apart. The
last epoch counts, never the best. The output folder gets result.json, result.md and charts, and
for each fold its metrics, TensorBoard log, checkpoint and probabilities.
"""

import argparse
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from cp_xception_ros.vision.detector import DetectorError
from training.checkpoints import CheckpointError
from training.cross_report import markdown
from training.data import DataError, Pictures, read_pictures
from training.fold_run import Plan
from training.recipe import RecipeError, load_recipe
from training.validation import cross_validate

RECIPE = Path(__file__).with_name('recipes') / 'folds.toml'
BAD_INPUT = (DataError, DetectorError, RecipeError, CheckpointError, OSError)


def trainable(pictures: Pictures) -> Pictures:
    """Return the Training part of a set that is divided, else all of it."""
    part = pictures.of_usage('Training')
    return part if len(part) else pictures


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='as for evaluate.py')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--folds', type=int, default=10)
    parser.add_argument('--by', choices=('frame', 'subject'), default='frame')
    parser.add_argument('--recipe', type=Path, default=RECIPE)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--begin-with', type=Path, help='run folder or checkpoint to go on from')
    parser.add_argument('--resume', action='store_true', help='keep the folds done in --out')
    parser.add_argument('--detector', default='auto', help='as for evaluate.py')
    parser.add_argument('--threads', type=int, default=0, help='0: all cores')
    return parser.parse_args()


def main() -> int:
    options = parse()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        recipe = load_recipe(options.recipe)
        plan = Plan(recipe, options.folds, options.by, options.seed, options.begin_with)
        pictures = trainable(read_pictures(options.data, options.detector))
        print(markdown(cross_validate(plan, pictures, options.out, options.resume)))
    except BAD_INPUT as error:
        print(f'cross_validate.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
