"""Everything that the robot publishes, as events; and the words that go to it."""

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

from cp_xception_ros.emotion.labels import name_of
from cp_xception_ros.nodes import qos, wire

from .timeline import Timeline

# `speech/state` and `dialogue/state` keep one message for those who come late; we want them all.
_DEPTH = 1000
# Topics on which nothing comes as long as nothing happens.
_LATER = ('dialogue/reply', 'dialogue/audio', 'dialogue/alert', 'faces', 'emotion')
_STATES = {
    getattr(wire.DialogueState, name.upper()): name
    for name in ('idle', 'listening', 'thinking', 'speaking', 'interrupted')
}
_SPEECH = {
    getattr(wire.SpeechState, name.upper()): name for name in ('idle', 'speaking', 'interrupted')
}
_COMMANDS = {wire.AudioCommand.PLAY_MUSIC: 'play', wire.AudioCommand.STOP_MUSIC: 'stop'}


class Observer(Node):
    """Turns are counted from 1, faces from 'face 1'."""

    def __init__(self, timeline: Timeline, **options: Any) -> None:
        super().__init__('audience', **options)
        self._timeline = timeline
        self._turn_zero: int | None = None
        self._faces: dict[str, str] = {}
        self._heard_of: set[str] = set()
        self._typed = self.create_publisher(wire.String, 'speech/typed', qos.EVENT)
        self._activity = self.create_publisher(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self._transcript = self.create_publisher(wire.Utterance, 'speech/transcript', qos.EVENT)
        self._listen(wire.DialogueState, 'dialogue/state', self._see_turn, qos.STATE)
        self._listen(wire.SpeechState, 'speech/state', self._see_speech, qos.STATE)
        self._listen(wire.Reply, 'dialogue/reply', self._see_reply, qos.REPLY)
        self._listen(wire.AudioCommand, 'dialogue/audio', self._see_command, qos.EVENT)
        self._listen(wire.Alert, 'dialogue/alert', self._see_alert, qos.EVENT)
        self._listen(wire.FaceArray, 'faces', self._see_faces, qos.FACES)
        self._listen(wire.EmotionStamped, 'emotion', self._see_emotion, qos.EVENT)

    def missing(self) -> list[str]:
        """Return the topics at whose other end nobody has been found, or nothing was heard of."""
        ways = (self._typed, self._activity, self._transcript)
        return [
            *(way.topic_name for way in ways if not way.get_subscription_count()),
            *(topic for topic in _LATER if not self.count_publishers(topic)),
            *({'dialogue/state', 'speech/state'} - self._heard_of),
        ]

    def type(self, text: str) -> None:
        self._typed.publish(wire.String(data=text))

    def raise_voice(self, voice: bool) -> None:
        """Do what speech_input does when a voice begins or ends."""
        message = wire.VoiceActivity(voice=voice, level_dbfs=-20.0)
        message.header.stamp = self.get_clock().now().to_msg()
        self._activity.publish(message)

    def say(self, text: str) -> None:
        """Do what speech_input does with words that it has recognised."""
        now = self.get_clock().now().to_msg()
        message = wire.Utterance(
            text=text, confidence=0.9, final=True, speech_start=now, speech_end=now
        )
        message.header.stamp = now
        self._transcript.publish(message)

    def _listen(
        self, kind: type, topic: str, callback: Callable[[Any], None], profile: QoSProfile
    ) -> None:
        deep = QoSProfile(
            depth=_DEPTH, reliability=profile.reliability, durability=profile.durability
        )
        self.create_subscription(kind, topic, callback, deep)

    def _turn(self, turn: int) -> int:
        return max(0, turn - self._turn_zero) if self._turn_zero is not None else 0

    def _see_turn(self, message: wire.DialogueState) -> None:
        if self._turn_zero is None:
            self._turn_zero = message.turn
        self._heard_of.add('dialogue/state')
        emotion = name_of(message.emotion_used)
        note = f'{message.emotion_confidence:.2f}' if message.emotion_confidence else ''
        self._timeline.add(
            'turn',
            _STATES[message.state],
            self._turn(message.turn),
            _seconds(message),
            note,
            emotion=emotion,
            source=message.source,
        )

    def _see_speech(self, message: wire.SpeechState) -> None:
        self._heard_of.add('speech/state')
        turn = self._turn(message.turn)
        self._timeline.add('speech', _SPEECH[message.state], turn, _seconds(message))

    def _see_reply(self, message: wire.Reply) -> None:
        self._timeline.add(
            'reply',
            message.text,
            self._turn(message.turn),
            _seconds(message),
            'the last' if message.last else '',
            piece=str(message.index),
            tone=wire.TONES[message.tone],
        )

    def _see_command(self, message: wire.AudioCommand) -> None:
        turn = self._turn(message.turn)
        if message.command in _COMMANDS:
            self._timeline.add('music', _COMMANDS[message.command], turn, mood=message.mood)
        else:
            self._timeline.add('volume', f'{message.volume:.2f}', turn)

    def _see_alert(self, message: wire.Alert) -> None:
        turn = self._turn(message.turn)
        self._timeline.add('alert', message.category, turn, language=message.language)

    def _see_faces(self, message: wire.FaceArray) -> None:
        self._timeline.add('faces', str(len(message.faces)))

    def _see_emotion(self, message: wire.EmotionStamped) -> None:
        face = self._faces.setdefault(message.face_id, f'face {len(self._faces) + 1}')
        note = f'{face}, {message.confidence:.2f}'
        self._timeline.add('emotion', message.name, note=note, about=face)


def _seconds(message: Any) -> float:
    stamp = message.header.stamp
    return float(stamp.sec) + float(stamp.nanosec) * 1e-9
