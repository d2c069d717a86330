"""A language model that says what it was given, for tests and demonstrations."""

from collections.abc import Iterator, Mapping, Sequence
import threading
from typing import Any

from .chat import ChatError, ChatEvent, Message, Token

# In a script: wait here until the stream is closed.
HANG = object()
Line = str | ChatError | list[Any]


class ScriptedChat:
    """Each request takes the next line of the script; the last one repeats.

    A line is a text (said word by word), an error to raise, or a list of events, errors and HANG.
    """

    name = 'scripted'

    def __init__(self, *script: Line) -> None:
        self._script = list(script) or ['I am here.']
        self.requests: list[tuple[Sequence[Message], Sequence[Mapping[str, Any]]]] = []
        self.closed = False

    def warm_up(self) -> None:
        """Nothing to load."""

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()
    ) -> 'ScriptedStream':
        self.requests.append((messages, tools))
        line = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        return ScriptedStream(line)

    def close(self) -> None:
        self.closed = True


class ScriptedStream:
    """One line of the script; see ChatStream."""

    def __init__(self, line: Line) -> None:
        if isinstance(line, str):
            line = [Token(word if n == 0 else ' ' + word) for n, word in enumerate(line.split())]
        self._steps = line if isinstance(line, list) else [line]
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[ChatEvent]:
        for step in self._steps:
            if step is HANG:
                self._closed.wait()
            if self._closed.is_set():
                return
            if isinstance(step, ChatError):
                raise step
            yield step

    def close(self) -> None:
        self._closed.set()
