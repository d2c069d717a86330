#!/usr/bin/env python3
"""Draw the learning curves of runs, or the confusion matrix of an evaluation, as PNG.

python training/plot.py curves --out curves.png RUN_DIR ...
python training/plot.py confusion --out confusion.png RESULT.json
"""

import argparse
import json
from pathlib import Path
import sys
from typing import Any

import numpy as np

CURVES = (('held_out_accuracy', 'held-out accuracy'), ('loss', 'training loss'))


def read_metrics(run: Path) -> dict[str, list[float]]:
    """Return the columns of a run's metrics.jsonl."""
    lines = [json.loads(line) for line in (run / 'metrics.jsonl').read_text().splitlines()]
    return {name: [line[name] for line in lines] for name in lines[0]}


def draw_curves(runs: list[Path]) -> Any:
    """Return a figure with one panel per measure and one line per run."""
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(CURVES), figsize=(9, 3.4), layout='constrained')
    for run in runs:
        columns = read_metrics(run)
        for panel, (name, title) in zip(panels, CURVES, strict=True):
            panel.plot(columns['epoch'], columns[name], label=run.name, linewidth=1.5)
            panel.set(xlabel='epoch', ylabel=title)
            panel.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    return figure


def draw_confusion(path: Path) -> Any:
    """Return a figure of a confusion matrix in per cent of each label's pictures."""
    from matplotlib import pyplot

    result = json.loads(path.read_text())
    names = list(result['per_class'])
    table = np.array(result['confusion'], float)
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    figure, axes = pyplot.subplots(figsize=(5.2, 4.8), layout='constrained')
    axes.imshow(shares, cmap='Blues', vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=45, ha='right')
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel='read as', ylabel='label', title=f'accuracy {result["accuracy"]:.1%}')
    for (row, column), share in np.ndenumerate(shares):
        colour = 'white' if share > 0.5 else 'black'
        axes.text(column, row, f'{share:.0%}', ha='center', va='center', color=colour, size=8)
    return figure


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('kind', choices=('curves', 'confusion'))
    parser.add_argument('inputs', type=Path, nargs='+')
    parser.add_argument('--out', type=Path, required=True)
    options = parser.parse_args()
    import matplotlib

    matplotlib.use('Agg')
    try:
        curves = options.kind == 'curves'
        figure = draw_curves(options.inputs) if curves else draw_confusion(options.inputs[0])
    except (OSError, KeyError, ValueError) as error:
        print(f'plot.py: {error}', file=sys.stderr)
        return 1
    figure.savefig(options.out, dpi=200)
    return 0


if __name__ == '__main__':
    sys.exit(main())
