"""A language model that answers with the number in the words, or fails as planned."""

from collections.abc import Sequence
from dataclasses import dataclass
import random
import re
import sys

from .processes import REPOSITORY

sys.path.insert(0, str(REPOSITORY / 'test' / 'servers'))
from chat_server import (  # noqa: E402
    Behaviour,
    ChatServer,
    Handler,
    cut,
    error_event,
    garbage,
    keep_alives,
    reply,
    silent,
    status,
)

INTERRUPTED = FAILED = 0.2


@dataclass(frozen=True)
class Plan:
    """Of each turn: whether the next words interrupt it, and how the server fails, or ''."""

    interrupted: Sequence[bool]
    failures: Sequence[str]


def failure(kind: str, number: int) -> Behaviour:
    """Return how the server fails, with words of the turn `number` where some come."""
    begun = f'Answer {number} begins well. But then'
    behaviours: dict[str, Behaviour] = {
        **{code: status(int(code)) for code in ('400', '401', '402', '404', '422', '429')},
        **{code: status(int(code)) for code in ('500', '503')},
        'cut at once': cut(''),
        'cut': cut(begun),
        'cut politely': cut(begun, politely=True),
        'garbage at once': garbage(),
        'garbage': garbage(begun),
        'error event': error_event(begun),
        'keep-alives': keep_alives(3.0),
        'silent': silent(3.0),
    }
    return behaviours[kind]


FAILURES = (
    '400', '401', '402', '404', '422', '429', '500', '503', 'cut at once', 'cut', 'cut politely',
    'garbage at once', 'garbage', 'error event', 'keep-alives', 'silent',
)  # fmt: skip


def make_plan(turns: int, seed: int) -> Plan:
    """Draw which turns are interrupted and which fail: exactly the shares, in any order."""
    rng = random.Random(seed)
    interrupted, failing = round(INTERRUPTED * turns), round(FAILED * turns)
    places = set(rng.sample(range(turns - 1), interrupted))
    kinds = [FAILURES[n % len(FAILURES)] for n in range(failing)] + [''] * (turns - failing)
    rng.shuffle(kinds)
    return Plan([number in places for number in range(turns)], kinds)


class Model:
    """The server's side: answers the last number in the user's words, as planned."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, handler: Handler) -> None:
        body = handler.server.owner.requests[-1][2]
        number = int(re.findall(r'\d+', body['messages'][-1]['content'])[-1])
        kind = self._plan.failures[number]
        (failure(kind, number) if kind else self._answer(number))(handler)

    def _answer(self, number: int) -> Behaviour:
        return reply(
            f'Answer {number} comes first. More of {number} follows. That was {number} then.',
            delay=0.02,
            pause=0.002,
        )


def serve(plan: Plan) -> ChatServer:
    """Return the server, not yet started."""
    return ChatServer(Model(plan))
