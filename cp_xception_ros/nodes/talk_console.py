"""The talk_console node of `judy`: typed lines in, both sides of the conversation out."""

from typing import Any

from ..cli.typed import read_lines
from . import qos, wire
from .base import AppNode, wait_for_reader

# Seconds for the dialogue to be there: the first line may be piped in.
PATIENCE = 10.0


class TalkConsoleNode(AppNode):
    def __init__(self, **options: Any) -> None:
        super().__init__('talk_console', start_parameter_services=False, **options)
        self._typed = self.create_publisher(wire.String, 'speech/typed', qos.EVENT)
        self.create_subscription(wire.Reply, 'dialogue/reply', self._show_reply, qos.REPLY)
        self.create_subscription(wire.Utterance, 'speech/transcript', self._show_words, qos.EVENT)

    def start(self) -> None:
        read_lines(self._publish)

    def _publish(self, line: str) -> None:
        heard = wait_for_reader(self._typed, PATIENCE)
        if not self.context.ok():
            return
        if not heard:
            self.get_logger().warning('nobody reads what is typed: does dialogue_manager run?')
        self._typed.publish(wire.String(data=line))

    def _show_reply(self, message: wire.Reply) -> None:
        if message.text:
            print(f'  Judy: {message.text}', flush=True)

    def _show_words(self, message: wire.Utterance) -> None:
        if message.final and message.text:
            print(f'  you: {message.text}', flush=True)
