"""How many expressions were read right: by person, by condition, and in all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import math
from typing import Any

import numpy as np

from ..emotion.labels import EMOTIONS
from .take import ANSWERS, Take

PAPER = 0.725
"""The paper's own test: five people, posed expressions; angles, hair and movement mixed.

It does not say how many expressions there were, nor what counted as an answer.
"""
_Z = 1.96  # of 95 % of a normal distribution
_LARGEST_NAME = 12  # characters


@dataclass(frozen=True)
class Rate:
    """`right` of `count` takes; pictures likewise, of all and of those with a face."""

    right: int
    count: int
    pictures: int
    pictures_seen: int
    pictures_right: int

    @property
    def accuracy(self) -> float:
        """Part of the takes whose answer was the posed expression; uncertain is wrong."""
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy after Wilson (1927), as if takes were independent."""
        n, p = self.count, self.accuracy
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_dict(self) -> dict[str, Any]:
        return {
            'accuracy': round(self.accuracy, 4),
            'interval_95': [round(end, 4) for end in self.interval],
            'right': self.right,
            'takes': self.count,
            'pictures': self.pictures,
            'detection_rate': round(self.pictures_seen / max(1, self.pictures), 4),
            'picture_accuracy': round(self.pictures_right / max(1, self.pictures_seen), 4),
        }


def rate(takes: Sequence[Take]) -> Rate:
    """Add up takes, at least one."""
    return Rate(
        right=sum(take.right for take in takes),
        count=len(takes),
        pictures=sum(take.pictures for take in takes),
        pictures_seen=sum(take.pictures_seen for take in takes),
        pictures_right=sum(take.pictures_right for take in takes),
    )


@dataclass(frozen=True)
class Score:
    """Takes of a trial, at least one; people and conditions in the order of their coming."""

    takes: Sequence[Take]

    @property
    def people(self) -> list[str]:
        return list(dict.fromkeys(take.person for take in self.takes))

    @property
    def conditions(self) -> list[str]:
        return list(dict.fromkeys(take.condition for take in self.takes))

    @property
    def total(self) -> Rate:
        return rate(self.takes)

    def of(self, person: str = '', condition: str = '', emotion: str = '') -> Rate | None:
        """Return the rate of some of the takes; '' is any. None where there are none."""
        wanted = {'person': person, 'condition': condition, 'emotion': emotion}
        chosen = [
            take
            for take in self.takes
            if all(value in ('', getattr(take, key)) for key, value in wanted.items())
        ]
        return rate(chosen) if chosen else None

    @property
    def confusion(self) -> np.ndarray:
        """Count takes, (7, 9): rows are the posed expressions, columns ANSWERS."""
        table = np.zeros((len(EMOTIONS), len(ANSWERS)), int)
        for take in self.takes:
            table[EMOTIONS.index(take.emotion), ANSWERS.index(take.answer)] += 1
        return table

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            'total': self.total.as_dict(),
            'paper': {'accuracy': PAPER, 'people': 5},
            'by_person': self._each(self.people, lambda name: self.of(person=name)),
            'by_condition': self._each(self.conditions, lambda name: self.of(condition=name)),
            'by_emotion': self._each(EMOTIONS, lambda name: self.of(emotion=name)),
            'by_person_and_condition': {
                person: self._each(self.conditions, lambda c, p=person: self.of(p, c))  # type: ignore[misc]
                for person in self.people
            },
            'confusion': {
                name: dict(zip(ANSWERS, map(int, row), strict=True))
                for name, row in zip(EMOTIONS, self.confusion, strict=True)
            },
        }

    def lines(self) -> list[str]:
        """Return a table for people: a row for each person, a column for each condition."""
        names = [*self.conditions, 'all']
        wide = max(_LARGEST_NAME, *map(len, self.people)) + 2
        head = ' ' * wide + ''.join(f'{name:>{_width(name)}}' for name in names)
        rows = [self._row(person, person, wide) for person in self.people]
        total = self.total
        low, high = total.interval
        return [
            head,
            *rows,
            self._row('everybody', '', wide),
            '',
            f'{total.right} of {total.count} posed expressions read right: {total.accuracy:.1%} '
            f'(95 % interval {low:.0%} to {high:.0%})',
            f'the paper: {PAPER:.1%} of five people, all conditions mixed',
            f'faces found in {total.pictures_seen / max(1, total.pictures):.1%} of the pictures; '
            f'{total.pictures_right / max(1, total.pictures_seen):.1%} of those read right',
        ]

    def _row(self, title: str, person: str, wide: int) -> str:
        cells = [(name, self.of(person, name)) for name in self.conditions]
        cells.append(('all', self.of(person)))
        return f'{title:<{wide}}' + ''.join(
            f'{_cell(found):>{_width(name)}}' for name, found in cells
        )

    def _each(
        self, names: Sequence[str], find: Callable[[str], Rate | None]
    ) -> dict[str, dict[str, Any]]:
        found = {name: find(name) for name in names}
        return {name: rate.as_dict() for name, rate in found.items() if rate}


def _cell(found: Rate | None) -> str:
    return f'{found.accuracy:.0%} of {found.count}' if found else '-'


def _width(name: str) -> int:
    return max(len(name), len('100% of 140')) + 3
