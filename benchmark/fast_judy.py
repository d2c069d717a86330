"""Run the nodes that talk with the voice and the loudspeaker of `beeps`, and a server's URL."""

import sys
import time

from cp_xception_ros.dialogue.chat import ChatBackend
from cp_xception_ros.dialogue.openai_chat import Limits, OpenAIChat
from cp_xception_ros.dialogue.patient_chat import PatientChat
from cp_xception_ros.nodes import spin, wire
from cp_xception_ros.nodes.audio_output import AudioOutputNode
from cp_xception_ros.nodes.base import AppNode
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.runtime.endpoint import resolve

from .beeps import Beeps, TellingDevice

FORGIVES = 200.0  # times as soon as usual does it go back to a model that failed
LIMITS = Limits(first_token=1.0, total=10.0)


class Marking(AudioOutputNode):
    """Puts the number of the turn before every piece, for the voice."""

    def _say(self, message: wire.Reply) -> None:
        if message.text:
            message.text = f'{message.turn} {message.text}'
        super()._say(message)


class Forgiving(DialogueManagerNode):
    """Goes back to a model that failed after a fraction of the usual time."""

    def _make_chat(self, chat: ChatBackend | None) -> tuple[PatientChat, bool]:
        endpoint = resolve(self.config.base_url, '', {})
        backend = OpenAIChat(endpoint, self.config.model, limits=LIMITS)
        return PatientChat(backend, clock=lambda: FORGIVES * time.monotonic()), False


def main() -> int:
    settings = [
        *('-p', f'dialogue_manager:base_url:={sys.argv[1]}'),
        *('-p', 'dialogue_manager:proactive:=false'),
    ]

    def loudspeaker() -> AppNode:
        return Marking(Beeps(), [TellingDevice])

    return spin.run([loudspeaker, Forgiving], [sys.argv[0], '--ros-args', *settings])


if __name__ == '__main__':
    sys.exit(main())
