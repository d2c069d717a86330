"""The accuracy of the paper's networks: its own figures and ours."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.charts.style import BLUE, INK, PALE, SKY, figure, per_cent

BAR = 0.26


def draw_comparison(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return bars for each network: the paper's accuracy, ours held out and tested where known."""
    drawn = figure(2.8)
    axes = drawn.subplots()
    places = np.arange(len(rows))
    paper = [{'mean': row['paper_accuracy'], 'deviation': None} for row in rows]
    _bars(axes, places - BAR, paper, 'paper', PALE)
    _bars(axes, places, [row['held_out'] for row in rows], 'held out', SKY)
    _bars(axes, places + BAR, [row['test'] for row in rows], 'test', BLUE)
    axes.set(ylabel='accuracy on FER2013', ylim=(0, 0.8))
    axes.set_xticks(places, [row['title'].replace(' + ', '\n+ ') for row in rows])
    axes.grid(axis='y')
    per_cent(axes.yaxis)
    axes.legend(loc='lower right', bbox_to_anchor=(1, 1), ncols=3)
    return drawn


def _bars(axes: Any, places: Any, found: Sequence[Any], title: str, colour: str) -> None:
    """Draw what is known; bars of several seeds get their standard deviation."""
    known = [(place, value) for place, value in zip(places, found, strict=True) if value]
    if not known:
        return
    means = [value['mean'] for _, value in known]
    spreads = [value['deviation'] or float('nan') for _, value in known]  # nan draws no bar
    look = {'color': colour, 'edgecolor': INK, 'linewidth': 0.4, 'label': title}
    error = {'elinewidth': 0.8, 'capsize': 1.5, 'ecolor': INK}
    axes.bar([place for place, _ in known], means, BAR, yerr=spreads, error_kw=error, **look)
    for (place, value), mean in zip(known, means, strict=True):
        top = mean + (value['deviation'] or 0) + 0.01
        axes.text(place, top, f'{100 * mean:.1f}', ha='center', va='bottom', size=6)
