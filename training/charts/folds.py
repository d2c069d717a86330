"""The accuracy of each fold of a cross-validation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from training.charts.style import BLUE, SKY, VERMILLION, figure, per_cent


def draw_folds(result: Mapping[str, Any]) -> Any:
    """Return a bar per fold, with the mean and the standard deviation over the folds."""
    accuracy = np.array([fold['accuracy'] for fold in result['folds']])
    places = np.arange(1, len(accuracy) + 1)
    drawn = figure(2.6)
    axes = drawn.subplots()
    axes.bar(places, accuracy, 0.72, color=SKY, edgecolor=BLUE, linewidth=0.6)
    for place, value in zip(places, accuracy, strict=True):
        axes.text(place, 0.03, f'{100 * value:.1f}', ha='center', va='bottom', size=8)
    mean, spread = result['mean_accuracy'], result['deviation']
    label = f'mean {100 * mean:.2f} % ± {100 * spread:.2f}'
    axes.axhline(mean, color=VERMILLION, linewidth=1, linestyle='--', label=label)
    axes.set(xlabel=f'fold (by {result["by"]})', ylabel='accuracy', ylim=(0, 1))
    axes.set_xticks(places)
    axes.set_yticks(np.linspace(0, 1, 6))
    per_cent(axes.yaxis)
    axes.legend(loc='lower right', bbox_to_anchor=(1, 1))
    return drawn
