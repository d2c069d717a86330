"""A picture of a whole recording: who was there when, and what their faces showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..emotion.labels import EMOTIONS, UNCERTAIN, name_of
from .labels import Label
from .people import People, Person
from .runs import Run, averaged, runs_of, spread, stretches
from .thumbnails import Thumbnail

COLOURS = {
    'neutral': '#b8c0ca',
    'sadness': '#4f86b8',
    'fear': '#8467ad',
    'disgust': '#7fa356',
    'anger': '#cf4f55',
    'surprise': '#35a7a1',
    'happiness': '#f2b53a',
    'uncertain': '#e9ebef',
}
"""From the bottom of a stack to its top."""
_STACK = [EMOTIONS.index(name) for name in COLOURS if name in EMOTIONS]
_INK, _FAINT, _LINE, _NOTHING = '#22272e', '#77808c', '#dfe3e8', '#f1f3f5'
# Inches.
_WIDTH, _LEFT, _RIGHT = 14.0, 1.55, 0.35
_CHART = _WIDTH - _LEFT - _RIGHT
_HEAD, _FOOT, _BETWEEN = 1.0, 0.55, 0.38
_PICTURE, _STRIP, _AREA, _BAR = 0.64, 0.72, 1.1, 0.2
_DPI = 150
_SLOTS = 16
"""Crops side by side."""
_MOST_FACES = 8
_GLIMPSE = 0.03
"""Of the sightings of the face seen most: less is a false alarm or a passer-by."""
_LETTER = 0.075
"""Inches of a letter in a bar."""


@dataclass(frozen=True)
class Title:
    """`name` of the recording; `facts` about it and `result`, a line each."""

    name: str
    facts: str
    result: str = ''


def draw_timeline(path: Path, people: People, labels: Sequence[Label], title: Title) -> None:
    """Write a PNG file. Raises ImportError: matplotlib is missing."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = _worth_showing(people.everybody())
    block = _STRIP + _AREA + _BAR * (2 if labels else 1) + _BETWEEN
    figure = Figure((_WIDTH, _HEAD + block * max(1, len(shown)) + _FOOT), dpi=_DPI)
    FigureCanvasAgg(figure)
    canvas = _Canvas(figure, people, bool(labels))
    canvas.head(title, len(people.everybody()) - len(shown))
    if not shown:
        canvas.nobody()
    for person in shown:
        canvas.person(person, _truth(labels, person, people))
    canvas.foot()
    figure.savefig(path, metadata={'Software': None})


class _Canvas:
    """Draws from the top downwards; places are in inches from the top left corner."""

    def __init__(self, figure: Any, people: People, labelled: bool) -> None:
        self._figure, self._people, self._labelled = figure, people, labelled
        self._height = figure.get_figheight()
        self._end = max(people.duration, 1e-3)
        self._y = 0.0

    def head(self, title: Title, left_out: int) -> None:
        self._text(_LEFT, 0.36, title.name, 15, weight='bold')
        more = f'  ·  {left_out} more faces, seen for a shorter time' if left_out else ''
        self._text(_LEFT, 0.6, title.facts + more, 9, _FAINT)
        self._text(_LEFT, 0.82, title.result, 9.5, weight='bold')
        x = _WIDTH - _RIGHT
        for name in reversed(list(COLOURS)):
            x -= 0.24 + 0.082 * len(name)
            self._chip(x, 0.3, COLOURS[name])
            self._text(x + 0.17, 0.36, name, 8.5, _INK)
        self._y = _HEAD

    def person(self, person: Person, truth: Sequence[Run]) -> None:
        self._describe(person)
        self._album(person)
        self._stack(person)
        runs = [
            (start, end, int(label))
            for part in stretches(person.times)
            for start, end, label in runs_of(person.times[part], person.labels[part])
        ]
        self._bars(runs, 'seen')
        if self._labelled:
            self._bars(truth, 'labelled')
        self._y += _BETWEEN

    def nobody(self) -> None:
        self._axes(self._y, _AREA)
        self._text(_LEFT + 0.3, self._y + _AREA / 2, 'no face was seen', 12, _FAINT)
        self._y += _AREA + _BETWEEN

    def foot(self) -> None:
        axes = self._axes(self._y - _BETWEEN, 0.001, frame=False)
        axes.xaxis.set_visible(True)
        axes.set_xticks(ticks := _ticks(self._end), [_clock(tick) for tick in ticks])
        axes.tick_params(colors=_FAINT, labelsize=8.5, length=3, color=_LINE)

    def _describe(self, person: Person) -> None:
        likeliest, share = next(iter(person.shares.items()))
        middle = self._y + _STRIP + _AREA / 2
        right = _LEFT - 0.2
        self._text(right, middle - 0.24, f'face {person.number}', 12, weight='bold', align='right')
        self._text(right, middle - 0.04, person.face_id, 8, _FAINT, align='right')
        self._text(right, middle + 0.2, f'{likeliest} {share:.0%}', 8.5, align='right')
        view = f'{person.seconds_in_view:.1f} s in view'
        self._text(right, middle + 0.38, view, 8, _FAINT, align='right')

    def _album(self, person: Person) -> None:
        axes = self._axes(self._y, _STRIP, frame=False)
        edges = np.linspace(0, self._end + 1e-6, _SLOTS + 1)
        best = [
            person.album.best(*pair) if person.album else None
            for pair in zip(edges, edges[1:], strict=False)
        ]
        shown = [one for one in best if one is not None]
        centres = np.array([one.time for one in shown]) / self._end * _CHART
        for left, thumbnail in zip(spread(centres, _PICTURE + 0.06, _CHART), shown, strict=True):
            _crop(axes, left + 0.03, thumbnail)
        axes.set(xlim=(0, _CHART), ylim=(0, _STRIP), aspect='auto')
        self._y += _STRIP

    def _stack(self, person: Person) -> None:
        axes = self._axes(self._y, _AREA)
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        axes.set_xticks(_ticks(self._end), [])
        axes.grid(axis='x', color=_LINE, linewidth=0.7)
        for start, length in self._people.gaps:
            axes.axvspan(start, start + length, facecolor=_NOTHING, linewidth=0)
        times, probabilities = person.times, person.probabilities
        for part in stretches(times):
            when, mean = averaged(times[part], probabilities[part], self._end / (_CHART * _DPI))
            edges = np.cumsum(mean[:, _STACK], axis=1) / mean.sum(axis=1, keepdims=True)
            below = np.zeros(len(when))
            for place, emotion in enumerate(_STACK):
                colour = COLOURS[EMOTIONS[emotion]]
                above = edges[:, place]
                axes.fill_between(
                    when, below, above, facecolor=colour, edgecolor=colour, linewidth=0.4
                )
                below = above
        self._y += _AREA

    def _bars(self, runs: Sequence[Run], name: str) -> None:
        axes = self._axes(self._y, _BAR, frame=False)
        axes.set_ylim(0, 1)
        for start, end, label in runs:
            axes.broken_barh(
                [(start, end - start)], (0.1, 0.8), facecolor=COLOURS[name_of(label)], linewidth=0
            )
            room = (min(end, self._end) - max(start, 0.0)) / self._end * _CHART
            if room > _LETTER * len(name_of(label)) + 0.1:
                axes.text(
                    (max(start, 0.0) + min(end, self._end)) / 2, 0.46, name_of(label),
                    ha='center', va='center', fontsize=7.5, color=_ink_on(label),
                )  # fmt: skip
        self._text(_LEFT - 0.2, self._y + _BAR * 0.68, name, 7.5, _FAINT, align='right')
        self._y += _BAR

    def _axes(self, top: float, height: float, frame: bool = True) -> Any:
        axes = self._figure.add_axes(
            (
                _LEFT / _WIDTH,
                1 - (top + height) / self._height,
                _CHART / _WIDTH,
                height / self._height,
            )
        )
        axes.set_xlim(0, self._end)
        axes.set_axisbelow(True)
        axes.tick_params(length=0)
        axes.patch.set_visible(False)
        for side in axes.spines.values():
            side.set(visible=frame, color=_LINE)
        if not frame:
            axes.xaxis.set_visible(False)
            axes.yaxis.set_visible(False)
        return axes

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = _INK,
        weight: str = 'normal',
        align: str = 'left',
    ) -> None:
        self._figure.text(
            x / _WIDTH,
            1 - y / self._height,
            text,
            fontsize=size,
            color=colour,
            weight=weight,
            ha=align,
            va='baseline',
        )

    def _chip(self, x: float, y: float, colour: str) -> None:
        from matplotlib.patches import Rectangle

        size = 0.11
        self._figure.add_artist(
            Rectangle(
                (x / _WIDTH, 1 - (y + 0.06) / self._height),
                size / _WIDTH,
                size / self._height,
                facecolor=colour,
                linewidth=0,
                transform=self._figure.transFigure,
            )
        )


def _worth_showing(everybody: Sequence[Person]) -> list[Person]:
    """Return those seen longest, in the order of their numbers, and no glimpses beside them."""
    longest = sorted(everybody, key=len, reverse=True)[:_MOST_FACES]
    worth = [person for person in longest if len(person) >= _GLIMPSE * len(longest[0])]
    return sorted(worth, key=lambda person: person.number)


def _crop(axes: Any, left: float, thumbnail: Thumbnail) -> None:
    from matplotlib.patches import FancyBboxPatch

    frame = FancyBboxPatch(
        (left, 0.05),
        _PICTURE,
        _PICTURE,
        boxstyle='round,pad=0,rounding_size=0.07',
        facecolor='none',
        edgecolor=_FAINT if thumbnail.label == UNCERTAIN else COLOURS[name_of(thumbnail.label)],
        linewidth=2,
        zorder=3,
    )
    axes.add_patch(frame)
    area = (left, left + _PICTURE, 0.05, 0.05 + _PICTURE)
    rgb = thumbnail.crop[..., ::-1]
    axes.imshow(rgb, extent=area, interpolation='antialiased').set_clip_path(frame)


def _truth(labels: Sequence[Label], person: Person, people: People) -> list[Run]:
    """Return the labels of a person; those without a face are of whoever is the largest."""
    times = people.times[people.largest == person.number]
    runs = []
    for label in labels:
        if label.face in (str(person.number), person.face_id):
            runs.append((label.start, label.end, label.emotion))
        elif not label.face:
            inside = times[(times >= label.start) & (times < label.end)]
            parts = [inside[part] for part in stretches(inside)]
            runs += [(float(part[0]), float(part[-1]), label.emotion) for part in parts]
    return runs


def _ticks(end: float) -> list[float]:
    """Return six to fifteen round times."""
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
    step = next((step for step in steps if end / step <= 15), 86400)
    return [float(tick) for tick in np.arange(0, end + step * 1e-6, step)]


def _clock(seconds: float) -> str:
    if seconds < 60:
        return f'{seconds:g} s'
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f'{minutes}:{rest:02d}'
    return f'{minutes // 60}:{minutes % 60:02d}:{rest:02d}'


def _ink_on(label: int) -> str:
    dark = ('anger', 'sadness', 'fear', 'surprise', 'disgust')
    return 'white' if label != UNCERTAIN and EMOTIONS[label] in dark else _INK
