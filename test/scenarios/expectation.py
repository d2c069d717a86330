"""What a scenario can expect, and when something that happened is it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cp_xception_ros.dialogue.tools import MOODS
from cp_xception_ros.emotion.labels import EMOTIONS

from .entry import Entry
from .timeline import Event

PATIENCE = 30.0
"""Seconds that something expected may take where the file says nothing: machines can be busy."""
_LONGEST = 300.0
_FACES = tuple(str(number) for number in range(21))
_STATES = ('idle', 'listening', 'thinking', 'speaking', 'interrupted')
_SEEN = (*EMOTIONS, 'uncertain')


@dataclass(frozen=True)
class _Kind:
    """`values` and `details` hold what is allowed; None: any text, of which a part will do."""

    values: tuple[str, ...] | None
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


KINDS: Mapping[str, _Kind] = {
    # Before emotion, which is also a detail of it.
    'turn': _Kind(_STATES, {'emotion': _SEEN, 'source': ('model', 'local', 'safety')}),
    'emotion': _Kind(_SEEN),
    'faces': _Kind(_FACES),
    'reply': _Kind(None, {'tone': ('neutral', 'gentle', 'cheerful', 'calm')}),
    'speech': _Kind(('idle', 'speaking', 'interrupted')),
    'music': _Kind(('play', 'stop'), {'mood': MOODS}),
    'alert': _Kind(None),
    'asked': _Kind(None),
}


@dataclass(frozen=True)
class Expectation:
    """An event of that kind with one of the values and all of the details, `within` seconds."""

    kind: str
    values: tuple[str, ...]
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    within: float = PATIENCE

    def met_by(self, event: Event) -> bool:
        if event.kind != self.kind or not self._fits(event.value):
            return False
        return all(event.details.get(key) in wanted for key, wanted in self.details.items())

    def __str__(self) -> str:
        details = ''.join(f', {key} {_or(values)}' for key, values in self.details.items())
        return f'{self.kind} {_or(self.values)}{details}'

    def _fits(self, value: str) -> bool:
        if KINDS[self.kind].values is not None:
            return value in self.values
        return any(part.casefold() in value.casefold() for part in self.values)


def read_expectation(entry: Entry) -> Expectation:
    """Read one kind with its value, its details and perhaps `within`; raises ScenarioError."""
    details = {key for kind in KINDS.values() for key in kind.details}
    parts = entry.mapping((*KINDS, *sorted(details - set(KINDS)), 'within'))
    name = next((key for key in KINDS if key in parts), None)
    if name is None:
        raise entry.error(f'says nothing to expect (use one of: {", ".join(KINDS)})')
    kind = KINDS[name]
    within = parts['within'].number(0.1, _LONGEST) if 'within' in parts else PATIENCE
    entry.mapping((name, *kind.details, 'within'))
    wanted = {key: _values(parts[key], kind.details[key]) for key in kind.details if key in parts}
    return Expectation(name, _values(parts[name], kind.values), wanted, within)


def _values(entry: Entry, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(_value(one, allowed) for one in entry.one_or_more())


def _value(entry: Entry, allowed: tuple[str, ...] | None) -> str:
    if allowed is _FACES:
        return f'{entry.number(0, len(_FACES) - 1):g}'
    return entry.text() if allowed is None else entry.choice(allowed)


def _or(values: tuple[str, ...]) -> str:
    return ' or '.join(repr(value) if ' ' in value else value for value in values)
