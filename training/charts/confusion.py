"""The confusion matrix, as shares of each label's pictures."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.charts.style import figure, per_cent

SHADES = ['#FFFFFF', '#C6DCEC', '#56A0D3', '#0072B2', '#00304D']
DARK = 0.45  # shares from here on are written in white


def draw_confusion(result: Mapping[str, Any]) -> Any:
    """Return a figure of a result's confusion; classes without pictures have no row."""
    from matplotlib.colors import LinearSegmentedColormap

    names = list(result['per_class'])
    table = np.array(result['confusion'], float)
    rows = np.flatnonzero(table.sum(1))
    shares = table[rows] / table[rows].sum(1, keepdims=True)
    drawn = figure(3.9 * (len(rows) + 2.5) / 9.5, 4.3)
    axes = drawn.subplots()
    colours = LinearSegmentedColormap.from_list('shares', SHADES)
    image = axes.imshow(shares, cmap=colours, vmin=0, vmax=1)
    _label(axes, names, [f'{names[row]} ({table[row].sum():.0f})' for row in rows])
    _write(axes, shares)
    bar = drawn.colorbar(image, cax=axes.inset_axes((1.03, 0, 0.035, 1)), ticks=[0, 0.5, 1])
    per_cent(bar.ax.yaxis)
    bar.outline.set_linewidth(0.6)
    axes.set_title(f'accuracy {100 * result["accuracy"]:.1f} %')
    return drawn


def _label(axes: Any, columns: list[str], rows: list[str]) -> None:
    axes.set_xticks(range(len(columns)), columns, rotation=40, ha='right', rotation_mode='anchor')
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel='read as', ylabel='label (pictures)')
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)


def _write(axes: Any, shares: np.ndarray) -> None:
    for (row, column), share in np.ndenumerate(shares):
        colour = 'white' if share > DARK else 'black'
        text = f'{100 * share:.1f}' if share else '0'
        axes.text(column, row, text, ha='center', va='center', color=colour, size=8)
