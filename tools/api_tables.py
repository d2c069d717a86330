"""Write the ROS API tables of README.md from the nodes themselves.

python tools/api_tables.py            print them
python tools/api_tables.py --write    put them into README.md
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path
import sys

import rclpy
from rclpy.node import Node

from cp_xception_ros.nodes.audio_output import AudioOutputConfig, AudioOutputNode
from cp_xception_ros.nodes.base import AppNode
from cp_xception_ros.nodes.camera import CameraConfig, CameraNode
from cp_xception_ros.nodes.dialogue_config import DialogueManagerConfig
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.nodes.emotion_classifier import EmotionClassifierConfig, EmotionClassifierNode
from cp_xception_ros.nodes.face_detector import FaceDetectorConfig, FaceDetectorNode
from cp_xception_ros.nodes.params import allowed
from cp_xception_ros.nodes.recorder import RecorderConfig, RecorderNode
from cp_xception_ros.nodes.speech_input import SpeechInputConfig, SpeechInputNode

README = Path(__file__).resolve().parents[1] / 'README.md'
BEGIN = '<!-- ROS API: written by tools/api_tables.py -->'
END = '<!-- ROS API: end -->'
NODES: dict[str, tuple[Callable[..., AppNode], type]] = {
    'camera': (CameraNode, CameraConfig),
    'face_detector': (FaceDetectorNode, FaceDetectorConfig),
    'emotion_classifier': (EmotionClassifierNode, EmotionClassifierConfig),
    'dialogue_manager': (DialogueManagerNode, DialogueManagerConfig),
    'speech_input': (SpeechInputNode, SpeechInputConfig),
    'audio_output': (AudioOutputNode, AudioOutputConfig),
    'recorder': (RecorderNode, RecorderConfig),
}
MEANING = {
    'image_raw': 'pictures',
    'image_raw/compressed': 'the same as JPEG, made only when somebody subscribes',
    'camera_info': 'calibration, with the stamp of each picture',
    'faces': 'all faces of a picture with aligned crops; an empty array: nobody there',
    'emotion': 'one message for each face of a picture',
    'diagnostics': 'rates, drops, latencies, model and device state, once a second',
    'camera/capturing': 'whether the camera is on',
    'camera/set_capture': 'turn the camera off (the device is closed) and on',
    'speech/transcript': 'what was heard',
    'speech/typed': 'what somebody typed; answered like speech',
    'speech/activity': 'a voice begins or ends',
    'speech/state': 'what the loudspeaker does, and how loud',
    'speech_input/muted': 'whether the microphone is off',
    'speech_input/remote': 'whether the sound of voices goes to another machine',
    'audio_output/remote': 'whether the text of replies goes to another machine',
    'speech_input/mute': 'turn the microphone off (the device is closed) and on',
    'dialogue/state': 'where the conversation stands; its turn cancels what is older',
    'dialogue/reply': 'what Judy says, sentence by sentence',
    'dialogue/audio': 'music and volume',
    'dialogue/alert': 'signs of danger in what a person said; never the words',
    'dialogue/latency': 'how long the parts of a turn took',
    'dialogue/disclosure': 'what people are told about the machine',
    'dialogue_manager/proactive': 'whether Judy speaks unasked',
    'dialogue_manager/set_proactive': 'let Judy speak unasked, or not',
    'recorder/recording': 'whether people are recorded, which dialogue_manager says aloud',
    'recorder/set_recording': 'begin a recording, or end it',
    'dialogue_manager/forget': 'forget the conversation and the user',
}
# What every ROS 2 node has.
COMMON = ('parameter_events', 'rosout')


def tables() -> str:
    """Return the Markdown of all nodes."""
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=101)
    try:
        return '\n'.join(line for name in NODES for line in _node(name, context))
    finally:
        context.try_shutdown()


def _node(name: str, context: rclpy.Context) -> list[str]:
    make, config = NODES[name]
    node = make(context=context)
    lines = [f'### {name}', '']
    lines += _table(['topic', 'type', '', 'QoS', 'meaning'], _topics(node))
    lines += _table(['service', 'type', 'meaning'], _services(node))
    lines += _table(['parameter', 'default', 'meaning'], _parameters(config))
    node.destroy_node()
    return lines


def _topics(node: Node) -> Iterable[list[str]]:
    for word, endpoints in (('publishes', node.publishers), ('subscribes', node.subscriptions)):
        for endpoint in endpoints:
            topic = endpoint.topic_name.lstrip('/')
            if topic not in COMMON:
                kind = endpoint.msg_type
                kind_name = f'{kind.__module__.split(".")[0]}/{kind.__name__}'
                yield [f'`{topic}`', kind_name, word, _qos(node, word, topic), MEANING[topic]]


def _qos(node: Node, word: str, topic: str) -> str:
    if (word, topic) == ('subscribes', 'image_raw'):
        return 'as the publisher offers, 1'
    endpoints = node.publishers if word == 'publishes' else node.subscriptions
    [profile] = [e.qos_profile for e in endpoints if e.topic_name.lstrip('/') == topic]
    latched = ', latched' if profile.durability.name == 'TRANSIENT_LOCAL' else ''
    return f'{profile.reliability.name.lower().replace("_", " ")}, {profile.depth}{latched}'


def _services(node: Node) -> Iterable[list[str]]:
    for service in node.services:
        name = service.service_name.lstrip('/')
        if name in MEANING:
            kind = service.srv_type
            yield [f'`{name}`', f'{kind.__module__.split(".")[0]}/{kind.__name__}', MEANING[name]]


def _parameters(config: type) -> Iterable[list[str]]:
    for spec in fields(config):
        meaning = spec.metadata['help']
        if spec.metadata['range'] or spec.metadata['choices']:
            meaning += f'; {allowed(spec)}'
        default = f'`{spec.default}`'.lower() if spec.default is not None else ''
        yield [f'`{spec.name}`', default if spec.default != '' else 'empty', meaning]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [f'| {" | ".join(row)} |' for row in rows]
    return [f'| {" | ".join(head)} |', '|' + '---|' * len(head), *body, ''] if body else []


def written(readme: str) -> str:
    """Return the part of a README that the tables stand in."""
    return readme.split(BEGIN)[1].split(END)[0].strip()


def main() -> None:
    if '--write' not in sys.argv:
        print(tables())
        return
    text = README.read_text()
    before, rest = text.split(BEGIN)
    README.write_text(f'{before}{BEGIN}\n\n{tables()}\n{END}{rest.split(END)[1]}')


if __name__ == '__main__':
    main()
