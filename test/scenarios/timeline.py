"""What happened, in the order in which it was noticed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import threading
import time

# A speech state that tells of an interruption is about the turn before.
_OF_OLDER_TURNS = ('interrupted',)
# Told again and again while it lasts: what was seen before a step says nothing about now.
_LASTING = ('emotion', 'faces')


@dataclass(frozen=True)
class Event:
    """`time` is in seconds since the start; `stamp`, on ROS's clock, is the publisher's.

    `turn` is 0 where there is none. A `repeated` event is what the last of its kind said already,
    whatever its `note`, which is for people.
    """

    time: float
    kind: str
    value: str
    details: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    stamp: float = 0.0
    note: str = ''
    repeated: bool = False

    def __str__(self) -> str:
        turn = [f'turn {self.turn}'] if self.turn else []
        details = [f'{key} {value}' for key, value in self.details.items() if value]
        notes = ', '.join([*turn, *details, *filter(None, [self.note])])
        value = ' '.join(self.value.split())
        return f'{self.time:6.1f} s  {self.kind:<8} {value}{notes and f"  ({notes})"}'


class Timeline:
    """Events of several threads; `show` gets a line for each that is not a repetition."""

    def __init__(
        self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show, self._clock, self._start = show, clock, clock()
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._last: dict[tuple[str, str], tuple[object, ...]] = {}

    def add(
        self,
        kind: str,
        value: str,
        turn: int = 0,
        stamp: float = 0.0,
        note: str = '',
        about: str = '',
        **details: str,
    ) -> None:
        """Note an event; a repetition if the last one of its kind `about` the same said so too."""
        with self._lock:
            key, content = (kind, about), (value, turn, tuple(details.items()))
            repeated = self._last.get(key) == content
            self._last[key] = content
            now = self._clock() - self._start
            event = Event(now, kind, value, details, turn, stamp, note, repeated)
            self._events.append(event)
            if not repeated:
                self._show(str(event))

    @property
    def events(self) -> list[Event]:
        with self._lock:
            return list(self._events)

    def __len__(self) -> int:
        return len(self._events)

    @property
    def newest_turn(self) -> int:
        """The turn of the last state of the dialogue."""
        return max((event.turn for event in self.events if event.kind == 'turn'), default=0)


class Watch:
    """Finds expected events: after the last action, and in order within their kind."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._begin, self._turn = 0, 0
        self._found: dict[str, int] = {}

    def begin_step(self) -> None:
        """From now on: of what lasts, only what comes later."""
        self._found.update(dict.fromkeys(_LASTING, len(self._timeline)))

    def act(self, new_turn: bool = False) -> None:
        """From now on: only what comes later, and, after words, only what answers them."""
        self._begin = len(self._timeline)
        if new_turn:
            self._turn = self._timeline.newest_turn + 1

    def find(self, kind: str, fits: Callable[[Event], bool]) -> Event | None:
        """Return the next event of the kind that fits, once; None where there is none yet."""
        events = self._timeline.events
        start = max(self._begin, self._found.get(kind, 0))
        for number, event in enumerate(events[start:], start):
            if event.kind == kind and fits(event) and self._is_current(event):
                self._found[kind] = number + 1
                return event
        return None

    def since(self) -> list[Event]:
        """Return what happened since the last action, without repetitions."""
        return [event for event in self._timeline.events[self._begin :] if not event.repeated]

    def _is_current(self, event: Event) -> bool:
        return not event.turn or event.turn >= self._turn or event.value in _OF_OLDER_TURNS
