"""A trial as a picture: accuracy by condition, with everybody in it, and the confusion."""

from pathlib import Path
from typing import Any

import numpy as np

from ..emotion.labels import EMOTIONS
from .score import PAPER, Rate, Score
from .take import ANSWERS

_BARS, _PAPER, _INK, _FAINT = '#9db8d9', '#b5432e', '#22272e', '#6b7480'
_MOST_NAMES = 8
"""People that the legend names; more would hide the bars."""
_SPREAD = 0.5  # of a bar's distance that people are spread over


def draw_chart(path: Path, score: Score) -> None:
    """Write a PNG; raises ImportError (matplotlib is not there) or OSError."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.5, 5.2), layout='constrained')
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _draw_bars(left, score)
    _draw_confusion(right, score)
    total, people = score.total, len(score.people)
    figure.suptitle(
        f'{total.right} of {total.count} posed expressions of {people} '
        f'{"person" if people == 1 else "people"} read right: {total.accuracy:.1%}',
        color=_INK,
        fontsize=13,
        weight='bold',
    )
    figure.savefig(path, dpi=130, metadata={'Software': None})


def _draw_bars(axes: Any, score: Score) -> None:
    names = [*score.conditions, 'all']
    rates = [score.of(condition=name) for name in score.conditions] + [score.total]
    _draw_rates(axes, [rate for rate in rates if rate])
    axes.axhline(PAPER, color=_PAPER, linewidth=1.4, linestyle='--', zorder=2)
    axes.text(
        len(names) - 0.45,
        PAPER + 0.012,
        f'the paper, five people: {PAPER:.1%}',
        color=_PAPER,
        fontsize=9,
        ha='right',
    )
    _draw_people(axes, score)
    axes.set_xticks(range(len(names)), names)
    axes.set(ylim=(0, 1.08), xlim=(-0.6, len(names) - 0.4), ylabel='read right')
    axes.set_yticks(np.arange(0, 1.01, 0.2), [f'{tick:.0%}' for tick in np.arange(0, 1.01, 0.2)])
    axes.grid(axis='y', alpha=0.3)
    axes.set_axisbelow(True)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    axes.set_title('by condition; lines: 95 % interval', fontsize=10, color=_FAINT)


def _draw_rates(axes: Any, rates: list[Rate]) -> None:
    heights = [rate.accuracy for rate in rates]
    ends = np.array([rate.interval for rate in rates]).T
    errors = np.abs(ends - heights)
    style = {'ecolor': _FAINT, 'capsize': 4, 'elinewidth': 1.2}
    axes.bar(range(len(rates)), heights, 0.7, color=_BARS, yerr=errors, error_kw=style, zorder=1)
    for place, rate in enumerate(rates):
        axes.text(
            place,
            0.02,
            f'{rate.accuracy:.0%}\nof {rate.count}',
            ha='center',
            fontsize=9,
            color=_INK,
        )


def _draw_people(axes: Any, score: Score) -> None:
    people = score.people
    shifts = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(people)) if len(people) > 1 else [0.0]
    named = len(people) <= _MOST_NAMES
    for shift, person in zip(shifts, people, strict=True):
        found = [score.of(person, name) for name in score.conditions] + [score.of(person)]
        places = [place + shift for place, rate in enumerate(found) if rate]
        heights = [rate.accuracy for rate in found if rate]
        colour = {} if named else {'color': _FAINT}
        axes.plot(
            places, heights, 'o', markersize=6, label=person, markeredgecolor='white', **colour
        )
    if named:
        axes.legend(
            frameon=False, fontsize=8.5, ncols=len(people), loc='upper left', handletextpad=0.1
        )


def _draw_confusion(axes: Any, score: Score) -> None:
    table = score.confusion
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap='Blues', vmin=0, vmax=1, aspect='auto')
    axes.set_xticks(range(len(ANSWERS)), ANSWERS, rotation=40, ha='right')
    axes.set_yticks(range(len(EMOTIONS)), EMOTIONS)
    axes.set(xlabel='read as', ylabel='posed')
    axes.set_title('how often each was read as what', fontsize=10, color=_FAINT)
    for (row, column), count in np.ndenumerate(table):
        if count:
            colour = 'white' if shares[row, column] > 0.5 else _INK
            axes.text(column, row, count, ha='center', va='center', color=colour, fontsize=9)
