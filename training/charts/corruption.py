"""Accuracy under damage, and what the damage looks like."""

from collections.abc import Mapping
import math
from typing import Any

import numpy as np

from training.charts.style import BLUE, GREY, VERMILLION, figure, per_cent

COLUMNS = 3
CELL = 0.62  # inches of one face on the sheet


def draw_corruptions(result: Mapping[str, Any]) -> Any:
    """Return one panel per corruption: accuracy over level, beside that of clean pictures."""
    kinds = result['corruptions']
    rows = math.ceil(len(kinds) / COLUMNS)
    drawn = figure(1.55 * rows + 0.3)
    grid = drawn.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for place, (axes, (name, kind)) in enumerate(zip(grid.flat, kinds.items(), strict=False)):
        _panel(axes, name, kind, result['clean_accuracy'])
        if place % COLUMNS == 0:
            axes.set_ylabel('accuracy')
    for axes in grid.flat[len(kinds) :]:
        axes.set_visible(False)
    grid[0, 0].set_ylim(0, 1)
    per_cent(grid[0, 0].yaxis)
    handles = grid[0, 0].get_legend_handles_labels()
    drawn.legend(*handles, loc='outside upper center', ncols=2)
    return drawn


def _panel(axes: Any, name: str, kind: Mapping[str, Any], clean: float) -> None:
    places = np.arange(len(kind['levels']))
    accuracy = [level['accuracy'] for level in kind['levels']]
    axes.axhline(clean, color=GREY, linewidth=0.8, linestyle='--', label='undamaged')
    axes.plot(places, accuracy, color=BLUE, marker='o', markersize=3, label='damaged')
    axes.fill_between(places, accuracy, clean, color=VERMILLION, alpha=0.15, linewidth=0)
    axes.set_title(name)
    mean = f'mean {100 * kind["mean"]:.1f} %'
    axes.text(0.04, 0.06, mean, transform=axes.transAxes, size=8)
    axes.set_xticks(places, [f'{level["level"]:g}' for level in kind['levels']])
    axes.set(xlabel=kind['unit'], xlim=(-0.3, len(places) - 0.7))
    axes.grid(axis='y')


def draw_sheet(face: np.ndarray, rows: Mapping[str, list[tuple[str, np.ndarray]]]) -> Any:
    """Return one row per title: the face as it is, then level by level with its label."""
    levels = max(len(row) for row in rows.values())
    drawn = figure(CELL * 1.28 * len(rows), CELL * 1.06 * (levels + 1) + 1.3)
    grid = drawn.subplots(len(rows), levels + 1, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for line, (name, row) in zip(grid, rows.items(), strict=True):
        for axes, (label, image) in zip(line, [('undamaged', face), *row], strict=False):
            axes.imshow(image, cmap='gray', vmin=0, vmax=255, interpolation='nearest')
            axes.set_title(label, size=7, pad=2)
        line[0].text(-0.12, 0.5, name, transform=line[0].transAxes, ha='right', va='center')
    return drawn
