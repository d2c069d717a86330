"""What came out of a cross-validation: figures, a table and charts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from training.charts.confusion import draw_confusion
from training.charts.curves import draw_curves
from training.charts.folds import draw_folds
from training.charts.roc import draw_roc
from training.charts.style import write
from training.figures import figures
from training.files import write_bytes, write_json
from training.folds import Fold
from training.pictures import Pictures

MEASURES = ('accuracy', 'balanced_accuracy', 'macro_f1')


def summarise(pictures: Pictures, folds: list[Fold], probabilities: np.ndarray) -> dict[str, Any]:
    """Return the figures of each fold, their mean, and those of all test pictures together.

    `probabilities` (N, 7) are of each picture when it was in the test part.
    """
    rows = [_fold(pictures, fold, probabilities) for fold in folds]
    accuracy = [row['accuracy'] for row in rows]
    return {
        'folds': [{'fold': number, **row} for number, row in enumerate(rows, 1)],
        'mean_accuracy': float(np.mean(accuracy)),
        'deviation': float(np.std(accuracy, ddof=1)),
        **figures(probabilities, pictures.labels),
    }


def _fold(pictures: Pictures, fold: Fold, probabilities: np.ndarray) -> dict[str, Any]:
    fit, test = fold
    found = figures(probabilities[test], pictures.labels[test])
    subjects = None if pictures.subjects is None else sorted(set(pictures.subjects[test].tolist()))
    return {
        'trained': len(fit),
        'tested': len(test),
        'subjects': subjects,
        **{name: found[name] for name in MEASURES},
    }


def markdown(result: Mapping[str, Any]) -> str:
    """Return the table of the folds as Markdown, in per cent."""
    lines = [
        '| fold | trained | tested | accuracy | balanced accuracy | macro F1 |',
        '| --- | --- | --- | --- | --- | --- |',
    ]
    for row in result['folds']:
        cells = ' | '.join(f'{100 * row[name]:.2f}' for name in MEASURES)
        lines.append(f'| {row["fold"]} | {row["trained"]} | {row["tested"]} | {cells} |')
    lines += ['', _summary(result), '']
    return '\n'.join(lines)


def _summary(result: Mapping[str, Any]) -> str:
    start = f'from {result["start"]}' if result['start'] else 'from scratch'
    left_out = ', '.join(f'{count} {why}' for why, count in result['left_out'].items())
    return (
        f'{result["data"]}, {result["pictures"]} pictures, {len(result["folds"])} folds by '
        f'{result["by"]}, {result["recipe"]["network"]} {start}, seed {result["seed"]}: '
        f'{100 * result["mean_accuracy"]:.2f} % ± {100 * result["deviation"]:.2f} '
        f'(mean and standard deviation over the folds).'
        + (f' Left out: {left_out}.' if left_out else '')
    )


def write_report(out: Path, result: Mapping[str, Any]) -> None:
    """Write result.json, result.md, folds.png, confusion.png, roc.png and curves.png."""
    write_json(out / 'result.json', result)
    write_bytes(out / 'result.md', markdown(result).encode())
    write(out / 'folds.png', draw_folds, result)
    write(out / 'confusion.png', draw_confusion, result)
    write(out / 'roc.png', draw_roc, result)
    write(out / 'curves.png', draw_curves, sorted(out.glob('fold_*')))
