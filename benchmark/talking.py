"""Somebody who types to the robot, and notes what it says to that."""

from collections.abc import Callable
import time
from typing import Any

from rclpy.qos import QoSProfile

from cp_xception_ros.nodes import qos, wire

from .processes import Child, wait_until
from .spun_node import SpunNode

# Seconds for processes to start, and for one turn.
START, TURN = 60.0, 20.0
# Seconds until the robot has found us as well.
SETTLING = 0.5


class Person(SpunNode):
    """A node of its own; keeps what comes in by the turn that it belongs to."""

    def __init__(self, domain: int, judy: Child) -> None:
        super().__init__('person', domain)
        self.answered: list[int] = []
        self.replies: dict[int, list[wire.Reply]] = {}
        self.sources: dict[int, str] = {}
        self.spoken: dict[int, list[int]] = {}
        self._judy = judy
        self._state: int | None = None
        self._typed = self.node.create_publisher(wire.String, 'speech/typed', qos.EVENT)
        self._voice = self.node.create_publisher(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self._listen(wire.Reply, 'dialogue/reply', self._hear, qos.REPLY)
        self._listen(wire.SpeechState, 'speech/state', self._follow_speech, qos.STATE)
        # The last one: who has found it, and sends its latched state, has found the others.
        self._listen(wire.DialogueState, 'dialogue/state', self._follow, qos.STATE)

    def __enter__(self) -> 'Person':
        super().__enter__()
        self.wait(self._connected, 'not all of the robot is there', START)
        time.sleep(SETTLING)
        return self

    def say(self, text: str) -> tuple[int, float]:
        """Type; return the turn that answers, and that moment in seconds of time.monotonic."""
        before = len(self.answered)
        now = time.monotonic()
        self._typed.publish(wire.String(data=text))
        self.wait(lambda: len(self.answered) > before, 'no turn begins')
        return self.answered[-1], now

    def interrupt(self) -> None:
        """Raise the voice, and leave it at that: the next words may come typed."""
        message = wire.VoiceActivity(voice=True)
        message.header.stamp = self.node.get_clock().now().to_msg()
        self._voice.publish(message)

    def wait(self, condition: Callable[[], bool], problem: str, timeout: float = TURN) -> None:
        """Return when `condition` holds; raises MeasuringFailed after `timeout` seconds."""
        wait_until(condition, timeout, problem, [self._judy])

    def replied(self, turn: int) -> bool:
        """The reply to `turn` is complete."""
        return any(reply.last for reply in list(self.replies.get(turn, [])))

    def texts(self, turn: int) -> list[str]:
        """Return what the robot meant to say in `turn`."""
        return [reply.text for reply in list(self.replies.get(turn, [])) if reply.text]

    def sounds(self, turn: int) -> bool:
        """Some of `turn` was played: only then does the loudspeaker name it."""
        return turn in self.spoken

    def over(self, turn: int) -> bool:
        """The reply to `turn` is complete, and played."""
        states = self.spoken.get(turn, [wire.SpeechState.SPEAKING])
        return self.replied(turn) and states[-1] == wire.SpeechState.IDLE

    def idle(self) -> bool:
        return self._state == wire.DialogueState.IDLE

    def _connected(self) -> bool:
        """The robot has found us: what it says before is lost to us."""
        heard_of_both = self._state is not None and bool(self.spoken)
        return heard_of_both and bool(self._typed.get_subscription_count())

    def _listen(
        self, kind: type, topic: str, callback: Callable[[Any], None], profile: QoSProfile
    ) -> None:
        # The last of something is not enough for us.
        deep = QoSProfile(
            depth=1000, reliability=profile.reliability, durability=profile.durability
        )
        self.node.create_subscription(kind, topic, callback, deep)

    def _follow(self, message: wire.DialogueState) -> None:
        self._state = message.state
        # A state that lasts for a moment only can get lost.
        replying = self._state in (wire.DialogueState.THINKING, wire.DialogueState.SPEAKING)
        if replying and message.turn not in self.answered:
            self.answered.append(message.turn)
        if message.source:
            self.sources[message.turn] = message.source

    def _hear(self, message: wire.Reply) -> None:
        self.replies.setdefault(message.turn, []).append(message)

    def _follow_speech(self, message: wire.SpeechState) -> None:
        self.spoken.setdefault(message.turn, []).append(message.state)
