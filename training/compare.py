#!/usr/bin/env python3
"""Make the paper's tables 1 to 3 with our own measurements beside its figures.

python training/compare.py --data DIR --runs DIR --out DIR [--only table1] [--test]

Trainings that are missing below --runs (folders like cp_xception-0) are started, unfinished ones
resumed; all are by the same recipe, networks of several seeds by seeds 0, 1 and 2. Xception and
MobileNetV2 are counted and timed, not trained.
"""

import argparse
from collections.abc import Sequence
import os
from pathlib import Path
import signal
import sys

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from training.charts.comparison import draw_comparison
from training.charts.style import write
from training.comparison.accuracy import accuracy_row, run_row
from training.comparison.costs import cost_rows, count
from training.comparison.plan import TABLES, ComparisonError, Entry
from training.comparison.report import table_1, table_2, table_3
from training.comparison.rivals import network_of
from training.comparison.runs import Run, complete, runs_of
from training.data import DataError, read_fer2013
from training.files import write_bytes, write_json
from training.recipe import RecipeError, load_recipe

RECIPE = Path(__file__).with_name('recipes') / 'paper.toml'
TERMINATED = 143


def accuracies(runs: Sequence[Run], data: Path, test: bool) -> list[dict]:
    """Return the figures of finished runs."""
    if not runs:
        return []
    torch.set_num_threads(1)
    pictures = read_fer2013(data)
    return [run_row(run, pictures, test) for run in runs]


def accuracy_table(name: str, runs: Sequence[dict], split: str, out: Path) -> None:
    """Write table 1 or 2 as Markdown, JSON and bars."""
    entries = TABLES[name]
    rows = [accuracy_row(entry, runs) for entry in entries]
    counts = {entry.network: vars(count(network_of(entry.network))) for entry in entries}
    text = (table_1 if name == 'table1' else table_2)(rows, counts, split)
    own = [run for run in runs if run['network'] in counts]
    write_json(out / f'{name}.json', {'rows': rows, 'counts': counts, 'runs': own})
    write(out / f'{name}.png', draw_comparison, rows)
    _write_text(out / f'{name}.md', text)


def cost_table(name: str, out: Path) -> None:
    """Write table 3 as Markdown and JSON."""
    rows = cost_rows(TABLES[name])
    write_json(out / f'{name}.json', {'rows': rows})
    _write_text(out / f'{name}.md', table_3(rows))


def _write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())
    print(text)


def compare(options: argparse.Namespace) -> None:
    """Complete the trainings, then write every table that is asked for."""
    names = options.only or list(TABLES)
    trained: dict[Entry, None] = {
        entry: None for name in names if name != 'table3' for entry in TABLES[name] if entry.seeds
    }
    recipe = load_recipe(options.recipe)
    runs = runs_of(list(trained), recipe, options.runs)
    complete(runs, options.recipe, options.data, options.jobs)
    found = accuracies(runs, options.data, options.test)
    for name in names:
        if name == 'table3':
            cost_table(name, options.out)
        else:
            accuracy_table(name, found, recipe.split, options.out)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--runs', type=Path, required=True, help='folder of the runs')
    parser.add_argument('--out', type=Path, required=True, help='folder for the tables')
    parser.add_argument(
        '--only', choices=TABLES, action='append', help='this table; again for more'
    )
    parser.add_argument('--recipe', type=Path, default=RECIPE)
    parser.add_argument('--test', action='store_true', help='look at the test part, once a run')
    jobs = os.cpu_count() or 1
    parser.add_argument('--jobs', type=int, default=jobs, help='trainings at a time (%(default)s)')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # ends the trainings too
    try:
        compare(options)
    except (ComparisonError, DataError, RecipeError, OSError) as error:
        print(f'compare.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
