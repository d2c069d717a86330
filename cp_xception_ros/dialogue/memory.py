"""What was said so far, as much of it as the language model gets to see."""

from collections import deque
from dataclasses import dataclass, field

from .chat import Message

SILENCE = '(says nothing)'
# Stands for words that showed signs of danger: they stay on the robot.
WITHHELD = '(showed signs of distress, and was told where people help)'


@dataclass
class Exchange:
    """What the user said, perhaps in several goes, and what the robot said to it."""

    user: list[str]
    reply: list[str] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """A cautious estimate: three bytes a token, in Latin as in Chinese script."""
        return sum(len(text.encode()) // 3 + 1 for text in (*self.user, *self.reply))


class Memory:
    """The last `turns` exchanges, and no more than about `tokens` tokens of them.

    The last exchange is always kept. Users and robot alternate in it, which some servers insist
    on: words that got no answer are joined with those that follow.
    """

    def __init__(self, turns: int = 8, tokens: int = 1500) -> None:
        self._tokens = tokens
        self._exchanges: deque[Exchange] = deque(maxlen=turns)

    @property
    def unanswered(self) -> bool:
        """Whether the last words of the user got no reply at all."""
        return bool(self._exchanges) and not self._exchanges[-1].reply

    def hear(self, text: str) -> None:
        if self.unanswered:
            self._exchanges[-1].user.append(text)
        else:
            self._exchanges.append(Exchange([text]))

    def say(self, text: str) -> None:
        if not self._exchanges:
            self._exchanges.append(Exchange([SILENCE]))
        self._exchanges[-1].reply.append(text)

    def volunteer(self) -> None:
        """The robot is about to speak unasked."""
        if not self.unanswered:
            self._exchanges.append(Exchange([SILENCE]))

    def withhold(self) -> None:
        """Replace the last words of the user, which must not leave the robot."""
        self._exchanges[-1].user = [WITHHELD]

    def forget(self) -> None:
        self._exchanges.clear()

    def messages(self, context: str) -> list[Message]:
        """Return the exchanges, oldest first; `context` goes before the user's last words."""
        kept: list[Exchange] = []
        left = self._tokens
        for exchange in reversed(self._exchanges):
            left -= exchange.tokens
            if left < 0 and kept:
                break
            kept.append(exchange)
        messages: list[Message] = []
        for exchange in reversed(kept):
            said = '\n'.join(exchange.user)
            if exchange is self._exchanges[-1]:
                # A user's own square brackets must not look like the camera's line.
                said = f'{context}\n{said.replace("[", "(").replace("]", ")")}'
            messages.append({'role': 'user', 'content': said})
            if exchange.reply:
                messages.append({'role': 'assistant', 'content': ' '.join(exchange.reply)})
        return messages
