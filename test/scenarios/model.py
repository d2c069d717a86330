"""The scripted language model: answers in a scenario, behaviours of a server over real HTTP."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import json
import socket

from chat_server import (
    Behaviour,
    ChatServer,
    Handler,
    call,
    cut,
    keep_alives,
    reply,
    status,
)

from cp_xception_ros.dialogue.tools import MOODS

from .entry import Entry

NOBODY_THERE = 'unreachable'
_LONGEST = 60.0  # seconds
BEHAVIOURS: Mapping[str, tuple[str, ...]] = {
    'reply': ('delay', 'pause', 'music'),
    'cut': (),
    'status': (),
    'keep_alives': (),
}
"""What an answer is, and what else can be said of it."""


@dataclass(frozen=True)
class Answer:
    """What the model does with one request; see the README for the kinds."""

    kind: str
    text: str = ''
    number: float = 0.0
    pause: float = 0.0
    music: str = ''

    def behaviour(self) -> Behaviour:
        if self.music:
            return call('play_music', json.dumps({'mood': self.music}), self.text)
        kinds: dict[str, Callable[[], Behaviour]] = {
            'reply': lambda: reply(self.text, self.number, self.pause),
            'cut': lambda: cut(self.text),
            'status': lambda: status(int(self.number)),
            'keep_alives': lambda: keep_alives(self.number),
        }
        return kinds[self.kind]()


def read_answer(entry: Entry) -> Answer:
    """Raises ScenarioError."""
    extras = BEHAVIOURS['reply']
    parts = entry.mapping((*BEHAVIOURS, *extras))
    kind = next((key for key in BEHAVIOURS if key in parts), None)
    if kind is None:
        raise entry.error(f'is no answer (use one of: {", ".join(BEHAVIOURS)})')
    value = entry.mapping((kind, *BEHAVIOURS[kind]))[kind]
    if kind == 'status':
        return Answer(kind, number=value.number(400, 599))
    if kind == 'keep_alives':
        return Answer(kind, number=value.number(0.1, _LONGEST))
    delay, pause = (
        parts[key].number(0.0, _LONGEST) if key in parts else 0.0 for key in ('delay', 'pause')
    )
    music = parts['music'].choice(MOODS) if 'music' in parts else ''
    return Answer(kind, value.text(), delay, pause, music)


@contextmanager
def model_server(
    answers: tuple[Answer, ...] | None, reachable: bool, on_request: Callable[[str], None]
) -> Iterator[str]:
    """Yield the address of the model; '' where there is none.

    `on_request` gets the last message of each request.
    """
    if answers is None:
        yield ''
    elif not reachable:
        with _closed_port() as port:
            yield f'http://127.0.0.1:{port}/v1'
    else:
        behaviours = [_noting(answer.behaviour(), on_request) for answer in answers]
        with ChatServer(*behaviours) as server:
            yield server.url


def _noting(behaviour: Behaviour, on_request: Callable[[str], None]) -> Behaviour:
    def behave(handler: Handler) -> None:
        on_request(handler.server.owner.requests[-1][2]['messages'][-1]['content'])
        behaviour(handler)

    return behave


@contextmanager
def _closed_port() -> Iterator[int]:
    """Yield a port that stays taken, so that nobody else listens there, and refuses."""
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        yield taken.getsockname()[1]
