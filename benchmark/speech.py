"""
How soon the robot speaks, and how soon it falls silent, on the monitor of a sound card.

    python -m benchmark.speech [--turns N] [--latency S] [--json FILE]

audio_output and speech_input run as nodes in this process, with espeak-ng, PortAudio and a
PulseAudio of their own whose sinks lead nowhere. A stand-in for the dialogue manager publishes
the replies, and a newer turn as soon as a voice is heard. The person is a recorded voice on
another sink.
"""

import argparse
from collections.abc import Callable, Sequence
import json
from pathlib import Path
import sys
import threading
import time

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.audio_output import AudioOutputNode
from cp_xception_ros.nodes.speech_input import SpeechInputNode
from cp_xception_ros.speech.audio import resample
from cp_xception_ros.speech.recognition import ScriptedRecogniser
from cp_xception_ros.speech.synthesis import Espeak, Sentence

from .case import Case, Measure, MeasuringFailed, NotMeasured, Target
from .processes import REPOSITORY, free_domain

sys.path.insert(0, str(REPOSITORY / 'test' / 'servers'))
import pulse  # noqa: E402

REPLY = 'I am glad that you are here, and I would love to hear how your day has been so far.'
SETTLE = 0.7  # seconds between two turns
PATIENCE = 10.0


class Dialogue(Node):
    """Hands out turns as the dialogue manager does."""

    def __init__(self) -> None:
        super().__init__('dialogue_stand_in')
        self.turn = 1
        self.voice = threading.Event()
        self.heard_at = 0.0
        self._reply = self.create_publisher(wire.Reply, 'dialogue/reply', qos.REPLY)
        self._state = self.create_publisher(wire.DialogueState, 'dialogue/state', qos.STATE)
        self.create_subscription(wire.VoiceActivity, 'speech/activity', self._hear, qos.EVENT)

    def say(self, text: str) -> float:
        """Reply, and return the moment of the decision."""
        now = time.monotonic()
        self._reply.publish(wire.Reply(turn=self.turn, text=text, language='en', last=True))
        return now

    def interrupt(self) -> float:
        """Begin the next turn, and return the moment of the decision."""
        now = time.monotonic()
        self.turn += 1
        self._state.publish(wire.DialogueState(turn=self.turn))
        return now

    def _hear(self, message: wire.VoiceActivity) -> None:
        if message.voice:
            self.heard_at = self.interrupt()
            self.voice.set()


def main() -> int:
    options = _parse()
    try:
        values = measure(options.turns, options.latency)
    except NotMeasured as error:
        print(f'not measured: {error}')
        return 1
    for row in MEASURES:
        print(f'{row.text:50s} {values[row.key]:6.0f} {row.unit}')
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(values, indent=2) + '\n')
    return 0


def measure(turns: int, latency: float) -> dict[str, float]:
    """Return p50 and p95 in milliseconds over that many turns of each kind.

    Raises NotMeasured: PulseAudio is not installed.
    """
    if pulse.missing():
        raise NotMeasured(pulse.missing())
    (sound,) = Espeak('en-us+f3').synthesise(Sentence('Wait a moment please.'), threading.Event())
    voice = 2 * resample(sound, pulse.RATE).samples
    with pulse.Pulse() as sound_card, Robot(latency) as robot:
        with pulse.Monitor() as monitor:
            first = [_first_sound(robot, monitor) for _ in range(turns)]
        with pulse.Monitor() as monitor:
            stop = [_interrupt(robot, monitor) for _ in range(turns)]
        voices = [_barge_in(robot, sound_card, voice) for _ in range(turns)]
    return {
        **_percentiles('first', first),
        **_percentiles('silence', stop),
        **_percentiles('decision', [decided for decided, _ in voices]),
        **_percentiles('barge_in', [silent for _, silent in voices]),
    }


class Robot:
    """The two nodes and the stand-in, spun on a thread."""

    def __init__(self, latency: float) -> None:
        rclpy.init(domain_id=free_domain())
        self.dialogue = Dialogue()
        overrides = [
            rclpy.Parameter('output', value='loudspeaker'),
            rclpy.Parameter('latency', value=latency),
        ]
        self._nodes = [
            AudioOutputNode(parameter_overrides=overrides),
            SpeechInputNode(ScriptedRecogniser()),
        ]
        self._executor = SingleThreadedExecutor()
        for node in (self.dialogue, *self._nodes):
            self._executor.add_node(node)
        self._thread = threading.Thread(target=self._executor.spin, daemon=True)

    def __enter__(self) -> 'Robot':
        for node in self._nodes:
            node.start()
        self._thread.start()
        time.sleep(3 * SETTLE)  # discovery, and the devices
        return self

    def __exit__(self, *_: object) -> None:
        for node in self._nodes:
            node.close()
        for node in self._nodes:
            node.join(2.0)
        self._executor.shutdown()
        self._thread.join(2.0)
        rclpy.try_shutdown()


def _first_sound(robot: Robot, monitor: pulse.Monitor) -> float:
    decided = robot.dialogue.say(REPLY)
    _until(lambda: monitor.moments(decided).size)
    robot.dialogue.interrupt()
    time.sleep(SETTLE)
    return float(monitor.moments(decided)[0] - decided)


def _interrupt(robot: Robot, monitor: pulse.Monitor) -> float:
    begun = robot.dialogue.say(REPLY)
    _until(lambda: monitor.moments(begun).size > pulse.RATE // 4)
    decided = robot.dialogue.interrupt()
    time.sleep(SETTLE)
    return float(monitor.moments(begun)[-1] - decided)


def _barge_in(robot: Robot, sound_card: pulse.Pulse, voice: np.ndarray) -> tuple[float, float]:
    """From the onset of the voice: seconds to the decision, and to the robot's last sound."""
    with pulse.Monitor() as monitor, pulse.Monitor(pulse.PERSON) as person:
        begun = robot.dialogue.say(REPLY)
        _until(lambda: monitor.moments(begun).size > pulse.RATE // 4)
        robot.dialogue.voice.clear()
        sound_card.speak(voice)
        if not robot.dialogue.voice.wait(PATIENCE):
            raise MeasuringFailed('the robot heard nobody')
        time.sleep(2 * SETTLE)
        onset = float(person.moments()[0])
        return robot.dialogue.heard_at - onset, float(monitor.moments(begun)[-1]) - onset


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise MeasuringFailed('the robot stayed silent')
        time.sleep(0.02)


def _percentiles(key: str, values: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(values, [50, 95]) * 1e3
    return {f'{key}_p50': float(p50), f'{key}_p95': float(p95)}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        'python -m benchmark.speech',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--turns', type=int, default=20, help='of each kind (%(default)s)')
    parser.add_argument(
        '--latency', type=float, default=0.06, help='parameter of audio_output (%(default)s)'
    )
    parser.add_argument('--json', metavar='FILE', type=Path)
    return parser.parse_args()


MEASURES = (
    Measure('first_p50', 'reply to first sound, p50', 'ms'),
    Measure('first_p95', 'reply to first sound, p95', 'ms', Target('≤', 150)),
    Measure('silence_p50', 'decision to interrupt to silence, p50', 'ms'),
    Measure('silence_p95', 'decision to interrupt to silence, p95', 'ms', Target('≤', 200)),
    Measure('decision_p50', 'onset of a voice to decision, p50', 'ms'),
    Measure('decision_p95', 'onset of a voice to decision, p95', 'ms'),
    Measure('barge_in_p50', 'onset of a voice to silence, p50', 'ms'),
    Measure('barge_in_p95', 'onset of a voice to silence, p95', 'ms', Target('≤', 550)),
)
CASE = Case(
    'speech',
    MEASURES,
    'audio_output and speech_input as nodes in one process, espeak-ng, PortAudio and PulseAudio '
    'with sinks that lead nowhere; first and last sample above -50 dBFS on the monitor.',
    lambda _: measure(turns=20, latency=0.06),
)

if __name__ == '__main__':
    sys.exit(main())
