"""A scenario: what is shown and said, and what is expected, read from a YAML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cp_xception_ros.vision.storyboard import DURATION

from .entry import Entry, ScenarioError, read_file
from .expectation import Expectation, read_expectation
from .model import BEHAVIOURS, NOBODY_THERE, Answer, read_answer
from .poses import LANDMARKS, POSES

NODES = ('face_detector', 'emotion_classifier', 'dialogue_manager', 'audio_output')
_LONGEST = 300.0  # seconds


@dataclass(frozen=True)
class Clip:
    """A stretch of the sample clip, in seconds, played to and fro; `poses` by portrait."""

    start: float
    end: float
    poses: Mapping[str, str]

    def __str__(self) -> str:
        poses = ''.join(f', {name} {pose}' for name, pose in self.poses.items())
        return f'the clip from {self.start:g} to {self.end:g} s{poses}'


# A moment when the room is empty.
EMPTY_ROOM = Clip(6.1, 6.9, {})


@dataclass(frozen=True)
class Show:
    """What the camera sees from now on: a stretch of the clip, or a recording that repeats."""

    picture: Clip | Path
    seconds: float

    def __str__(self) -> str:
        return 'nobody' if self.picture == EMPTY_ROOM else str(self.picture)


@dataclass(frozen=True)
class Type:
    text: str


@dataclass(frozen=True)
class Say:
    """Spoken words, which interrupt the robot as soon as the voice begins."""

    text: str


@dataclass(frozen=True)
class Wait:
    seconds: float


Action = Show | Type | Say | Wait | Expectation


@dataclass(frozen=True)
class Scenario:
    """`answers`: one for each request, the last repeats; None: there is no language model.

    `reachable` is whether there is anybody at the model's address.
    """

    name: str
    parameters: Mapping[str, Mapping[str, Any]]
    answers: tuple[Answer, ...] | None
    reachable: bool
    steps: tuple[Action, ...]
    never: tuple[Expectation, ...]


def read_scenario(path: Path) -> Scenario:
    """Raises ScenarioError: names the file, the key and what is wrong."""
    parts = read_file(path).mapping(('about', 'parameters', 'model', 'steps', 'never'))
    if 'steps' not in parts:
        raise ScenarioError(f'{path.name}: has no steps')
    if 'about' in parts:
        parts['about'].text()
    answers, reachable = _read_model(parts.get('model'))
    return Scenario(
        path.name,
        _read_parameters(parts.get('parameters')),
        answers,
        reachable,
        tuple(_read_step(entry, path.parent) for entry in parts['steps'].items()),
        tuple(map(read_expectation, parts['never'].items())) if 'never' in parts else (),
    )


def _read_parameters(entry: Entry | None) -> dict[str, dict[str, Any]]:
    if entry is None:
        return {}
    return {
        node: {name: value.value for name, value in values.mapping().items()}
        for node, values in entry.mapping(NODES).items()
    }


def _read_model(entry: Entry | None) -> tuple[tuple[Answer, ...] | None, bool]:
    if entry is None:
        return None, True
    if entry.value == NOBODY_THERE:
        return (), False
    if not isinstance(entry.value, list):
        raise entry.error(
            f'must be {NOBODY_THERE}, or a list of answers ({", ".join(BEHAVIOURS)})'
        )
    return tuple(map(read_answer, entry.items())), True


def _read_step(entry: Entry, folder: Path) -> Action:
    verbs = ('show', 'type', 'say', 'wait', 'expect')
    parts = entry.mapping(verbs)
    if len(parts) > 1:
        raise entry.error(f'one step each for: {", ".join(parts)}')
    [(verb, value)] = parts.items()
    if verb == 'show':
        return _read_show(value, folder)
    if verb == 'wait':
        return Wait(value.number(0.0, _LONGEST))
    if verb == 'expect':
        return read_expectation(value)
    return Type(value.text()) if verb == 'type' else Say(value.text())


def _read_show(entry: Entry, folder: Path) -> Show:
    if entry.value == 'nobody':
        return Show(EMPTY_ROOM, 0.0)
    parts = entry.mapping(('clip', 'file', 'for', *LANDMARKS))
    seconds = parts['for'].number(0.0, _LONGEST) if 'for' in parts else 0.0
    if ('clip' in parts) == ('file' in parts):
        raise entry.error('must be nobody, or have either clip or file')
    if 'file' in parts:
        entry.mapping(('file', 'for'))
        return Show(_read_path(parts['file'], folder), seconds)
    poses = {name: parts[name].choice(POSES) for name in LANDMARKS if name in parts}
    return Show(_read_stretch(parts['clip'], poses), seconds)


def _read_path(entry: Entry, folder: Path) -> Path:
    path = folder / entry.text()
    if not path.exists():
        raise entry.error(f'there is no {path}')
    return path


def _read_stretch(entry: Entry, poses: Mapping[str, str]) -> Clip:
    ends = entry.items()
    if len(ends) != 2:
        raise entry.error('must be two times of the clip in seconds, such as [1.5, 5.5]')
    start, end = (one.number(0.0, DURATION) for one in ends)
    if start >= end:
        raise entry.error(f'the first time must be before the second, not [{start:g}, {end:g}]')
    return Clip(start, end, poses)
