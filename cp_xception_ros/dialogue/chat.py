"""What the dialogue asks of a language model, whichever it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# As in OpenAI's chat protocol: {'role': 'user', 'content': 'Hello'}.
Message = Mapping[str, Any]


@dataclass(frozen=True)
class Token:
    """The next bit of the reply's text."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """The model wants something done; `arguments` is what it wrote, seldom checked JSON."""

    call_id: str
    name: str
    arguments: str


ChatEvent = Token | ToolCall


class ChatError(Exception):
    """The model did not answer; one line says why and what to do.

    `cause` is 'key', 'balance', 'request', 'busy', 'network', 'slow' or 'broken'; `retry` says
    whether the same request may succeed soon, `after` how many seconds the server asks to wait.
    """

    def __init__(self, message: str, cause: str, retry: bool = False, after: float = 0.0) -> None:
        super().__init__(message)
        self.cause, self.retry, self.after = cause, retry, after


class ChatStream(Protocol):
    """One reply on its way."""

    def __iter__(self) -> Iterator[ChatEvent]:
        """Yield tokens as they arrive and tool calls once they are whole; raises ChatError."""

    def close(self) -> None:
        """Give the reply up, from any thread: the connection closes and the iteration ends."""


class ChatBackend(Protocol):
    """A language model."""

    name: str

    def warm_up(self) -> None:
        """Begin to load what the first request needs; returns at once."""

    def stream(
        self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()
    ) -> ChatStream:
        """Ask for a reply; returns at once. Without `tools` the model can only talk."""

    def close(self) -> None:
        """Release threads and sockets; does not wait for the server."""
