"""One reply of the language model, from its tokens to pieces and requests."""

from collections.abc import Callable, Sequence
import logging
from typing import Protocol

from .chat import ChatStream, Message, ToolCall
from .guard import Forbidden, OutputGuard
from .job import Job, Sink
from .patient_chat import PatientChat
from .sentences import SentenceSplitter
from .tools import MOST_CALLS, TOOLS, AudioRequest, ToolError, danger, parse

logger = logging.getLogger(__name__)
Say = Callable[[str], bool]


class Bounds(Protocol):
    """What a reply may not exceed."""

    @property
    def loudest(self) -> float: ...

    @property
    def most_characters(self) -> int: ...


class ModelReply:
    """`spoke` tells whether anything of the reply was said, also after a ChatError.

    `danger` is the category of danger the model saw in the user's words, or ''.
    """

    def __init__(self, chat: PatientChat, forbidden: Forbidden, bounds: Bounds) -> None:
        self._chat, self._forbidden, self._bounds = chat, forbidden, bounds
        self.spoke, self.danger = False, ''

    def run(
        self, job: Job, messages: Sequence[Message], sink: Sink, say: Say, instead: str
    ) -> list[AudioRequest]:
        """Say the reply piece by piece; return what the model wants done besides.

        Raises ChatError: nothing came, or it broke off.
        """
        stream = self._chat.stream(messages, TOOLS)
        job.attach(stream)
        guard = OutputGuard(self._forbidden, instead, self._bounds.most_characters)
        splitter, calls, begun = SentenceSplitter(), [], False
        for event in stream:
            if not begun:
                begun = True
                sink.first_token(job.turn)
            if isinstance(event, ToolCall):
                self.danger = self.danger or danger(event)
                calls.append(event)
            elif not self._speak(splitter.feed(event.text), guard, say):
                return self._stop(stream, calls)
        self._speak(splitter.flush(), guard, say)
        return self._requests(calls)

    def _speak(self, pieces: list[str], guard: OutputGuard, say: Say) -> bool:
        """Say what the guard lets through; False when the reply ends here."""
        for piece in pieces:
            verdict = guard.check(piece)
            if verdict.text:
                self.spoke = say(verdict.text) or self.spoke
            if verdict.stop:
                return False
        return True

    def _stop(self, stream: ChatStream, calls: list[ToolCall]) -> list[AudioRequest]:
        stream.close()
        return self._requests(calls)

    def _requests(self, calls: list[ToolCall]) -> list[AudioRequest]:
        requests = []
        for call in calls[:MOST_CALLS]:
            try:
                requests.append(parse(call, self._bounds.loudest))
            except ToolError as error:
                logger.debug('tool call dropped: %s', error)
        return requests
