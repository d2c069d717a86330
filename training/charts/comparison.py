"""The accuracy of the paper's networks: its own figures and ours."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from training.charts.style import BLUE, GREY, INK, PALE, SKY, figure, per_cent

BAR = 0.26
LOWEST = 0.5


def draw_comparison(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Return bars for each network: the paper's accuracy, held-out and PublicTest where known."""
    drawn = figure(2.8)
    axes = drawn.subplots()
    places = np.arange(len(rows))
    paper = [row['paper_accuracy'] for row in rows]
    axes.bar(places - BAR, paper, BAR, color=PALE, edgecolor=GREY, linewidth=0.6, label='paper')
    for offset, name, title, colour in (
        (0, 'held_out', 'held out', SKY),
        (BAR, 'public_test', 'PublicTest', BLUE),
    ):
        _bars(axes, places + offset, [row[name] for row in rows], title, colour)
    axes.set(ylabel='accuracy on FER2013', ylim=(LOWEST, 0.75))
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
    spreads = [value['deviation'] or 0 for _, value in known]
    look = {'color': colour, 'edgecolor': INK, 'linewidth': 0.4, 'label': title}
    error = {'elinewidth': 0.8, 'capsize': 2, 'ecolor': INK}
    axes.bar([place for place, _ in known], means, BAR, yerr=spreads, error_kw=error, **look)
    for (place, _), mean in zip(known, means, strict=True):
        axes.text(place, LOWEST + 0.005, f'{100 * mean:.1f}', ha='center', va='bottom', size=6)
