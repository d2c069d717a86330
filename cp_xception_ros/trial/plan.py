"""Which expression comes when."""

from collections.abc import Sequence
from dataclasses import dataclass
import random

from ..emotion.labels import EMOTIONS


@dataclass(frozen=True)
class Task:
    """One expression to pose under one condition."""

    condition: str
    emotion: str


def plan(person: str, conditions: Sequence[str]) -> list[Task]:
    """Return all tasks, one condition after the other.

    The expressions come in an order of each person's own, so that none is always the first; the
    same person gets the same order again.
    """
    order = random.Random(person)
    return [
        Task(condition, emotion)
        for condition in conditions
        for emotion in order.sample(EMOTIONS, len(EMOTIONS))
    ]
