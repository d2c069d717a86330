"""When to ask the model again, and when to leave it alone for a while."""

from collections.abc import Callable, Iterator, Mapping, Sequence
import threading
import time
from typing import Any

from ..runtime.backoff import Backoff
from .chat import ChatBackend, ChatError, ChatEvent, ChatStream, Message

# Seconds to leave the model alone after errors that asking again does not mend. People do mend
# them, by paying a bill or starting the right model, so that it is tried again some time.
HOLD = {'key': 300.0, 'balance': 300.0, 'request': 60.0}
# Seconds a user is made to wait between two tries of one request.
PAUSE, LONGEST_PAUSE = 0.4, 2.0


class PatientChat:
    """A backend that retries before the first token and backs off between requests.

    `usable` says whether a request is worth its wait now; `problem` is the last failure, None
    since a reply came through.
    """

    def __init__(
        self,
        backend: ChatBackend,
        retries: int = 1,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: float = PAUSE,
    ) -> None:
        self.name = backend.name
        self.problem: ChatError | None = None
        self._backend, self._retries = backend, retries
        self._backoff = backoff or Backoff(first=2.0, factor=2.0, limit=60.0)
        self._clock, self._pause = clock, pause
        self._blocked_until = float('-inf')
        self._told = ''

    @property
    def usable(self) -> bool:
        return self._clock() >= self._blocked_until

    def warm_up(self) -> None:
        self._backend.warm_up()

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()
    ) -> 'PatientStream':
        return PatientStream(
            lambda: self._backend.stream(messages, tools), self, self._retries, self._pause
        )

    def close(self) -> None:
        self._backend.close()

    def news(self) -> ChatError | None:
        """Return the problem the first time it is asked for, so that it is said once."""
        if self.problem is None or self.problem.cause == self._told:
            return None
        self._told = self.problem.cause
        return self.problem

    def succeeded(self) -> None:
        self.problem, self._told = None, ''
        self._backoff.reset()

    def failed(self, error: ChatError) -> None:
        wait = HOLD.get(error.cause) or max(self._backoff.next(), error.after)
        self.problem, self._blocked_until = error, self._clock() + wait


class PatientStream:
    """One reply, asked for again where nothing of it came; see ChatStream."""

    def __init__(
        self, ask: Callable[[], ChatStream], chat: PatientChat, retries: int, pause: float
    ) -> None:
        self._ask, self._chat, self._retries, self._pause = ask, chat, retries, pause
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._stream: ChatStream | None = None

    def __iter__(self) -> Iterator[ChatEvent]:
        for tries_left in range(self._retries, -1, -1):
            started = False
            try:
                for event in self._open():
                    started = True
                    yield event
                if not self._closed.is_set():
                    self._chat.succeeded()
                return
            except ChatError as error:
                if self._closed.is_set():
                    return
                again = error.retry and not started and error.after <= LONGEST_PAUSE
                if not (again and tries_left):
                    self._chat.failed(error)
                    raise
                self._closed.wait(max(self._pause, error.after))

    def close(self) -> None:
        with self._lock:
            self._closed.set()
            if self._stream:
                self._stream.close()

    def _open(self) -> Iterator[ChatEvent]:
        with self._lock:
            if self._closed.is_set():
                return iter(())
            self._stream = self._ask()
        return iter(self._stream)
