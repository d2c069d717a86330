"""How often the network is right where it says it is sure."""

from collections.abc import Mapping
from typing import Any

from training.charts.style import BLUE, GREY, PALE, SKY, VERMILLION, figure, per_cent


def draw_reliability(result: Mapping[str, Any]) -> Any:
    """Return a reliability diagram over a histogram of the confidence."""
    drawn = figure(3.9, 3.7)
    upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    bins = [part for part in result['calibration'] if part['pictures']]
    middles = [(part['low'] + part['high']) / 2 for part in bins]
    width = bins[0]['high'] - bins[0]['low']
    _accuracy(upper, bins, middles, width)
    upper.set(title=f'calibration error {result["calibration_error"]:.3f}', ylabel='accuracy')
    shares = [part['pictures'] / result['pictures'] for part in bins]
    lower.bar(middles, shares, width, color=PALE, edgecolor=GREY, linewidth=0.6)
    lower.set(xlabel='confidence', ylabel='pictures', xlim=(0, 1))
    for axis in (upper.yaxis, lower.yaxis, lower.xaxis):
        per_cent(axis)
    drawn.align_ylabels()
    return drawn


def _accuracy(axes: Any, bins: list[dict], middles: list[float], width: float) -> None:
    accuracy = [part['accuracy'] for part in bins]
    axes.bar(middles, accuracy, width, color=SKY, edgecolor=BLUE, linewidth=0.6, label='accuracy')
    axes.scatter(
        middles, [part['confidence'] for part in bins],
        s=14, color=VERMILLION, zorder=3, label='mean confidence',
    )  # fmt: skip
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle='--', label='perfect')
    axes.set_ylim(0, 1)
    axes.legend(loc='upper left')
