"""What a benchmark case is, and what it says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import operator
from pathlib import Path


class NotMeasured(Exception):
    """A case that cannot run here; the text says what is missing."""


class MeasuringFailed(Exception):
    """A case that broke down; the text says where."""


@dataclass(frozen=True)
class Target:
    """A limit in the unit of its measure; `relation` is one of ≥ ≤ <."""

    relation: str
    limit: float

    def met(self, value: float) -> bool:
        """Say whether `value` is on the right side."""
        compare = {'≥': operator.ge, '≤': operator.le, '<': operator.lt}[self.relation]
        return bool(compare(value, self.limit))


@dataclass(frozen=True)
class Measure:
    """One row of the table; without a target it only informs."""

    key: str
    text: str
    unit: str
    target: Target | None = None


@dataclass(frozen=True)
class Settings:
    """What the command line says to the cases."""

    detector: str
    """The parameter `detector` of face_detector: cascade, or the path of YuNet."""
    data: Path | None
    """The folder of fer2013.csv."""


@dataclass(frozen=True)
class Case:
    """One benchmark; `run` measures once and returns a value for the key of each measure."""

    name: str
    measures: tuple[Measure, ...]
    counted: str
    """What exactly is measured, for below the table."""
    run: Callable[[Settings], Mapping[str, float]]
    repeatable: bool = True
    """False: every run gives the same values, so that one is enough."""
