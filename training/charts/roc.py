"""Receiver operating characteristics of each class against all others."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.charts.style import CLASS_STYLES, GREY, INK, figure


def draw_roc(result: Mapping[str, Any]) -> Any:
    """Return a figure with one curve per class and their mean."""
    drawn = figure(3.7, 3.9)
    axes = drawn.subplots()
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.6, linestyle=(0, (1, 2)))
    grid, curves = result['roc']['false_positive_rate'], result['roc']['true_positive_rate']
    for name, rates in curves.items():
        colour, line = CLASS_STYLES[name]
        label = f'{name} ({result["per_class"][name]["auc"]:.3f})'
        axes.plot(grid, rates, color=colour, linestyle=line, label=label)
    mean = np.mean(list(curves.values()), axis=0)
    label = f'mean ({result["macro_auc"]:.3f})'
    axes.plot(grid, mean, color=INK, linewidth=1.8, label=label)
    axes.set(
        xlabel='false positive rate', ylabel='true positive rate', xlim=(0, 1), ylim=(0, 1.01)
    )
    axes.set_aspect('equal')
    axes.grid()
    axes.legend(loc='lower right', title='class (area)', title_fontsize=8, handlelength=2.4)
    return drawn
