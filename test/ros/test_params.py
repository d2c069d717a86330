"""Parameters: declared, described and checked; config/judy.yaml names each with its default."""

from dataclasses import asdict, fields

import pytest
import rclpy
import yaml

from cp_xception_ros.nodes import params
from cp_xception_ros.nodes.audio_output import AudioOutputConfig, AudioOutputNode
from cp_xception_ros.nodes.camera import CameraConfig, CameraNode
from cp_xception_ros.nodes.dialogue_config import DialogueManagerConfig
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.nodes.emotion_classifier import EmotionClassifierConfig, EmotionClassifierNode
from cp_xception_ros.nodes.errors import ConfigError
from cp_xception_ros.nodes.face_detector import FaceDetectorConfig, FaceDetectorNode
from cp_xception_ros.nodes.recorder import RecorderConfig, RecorderNode
from cp_xception_ros.nodes.speech_input import SpeechInputConfig, SpeechInputNode

CONFIGS = {
    'camera': CameraConfig,
    'face_detector': FaceDetectorConfig,
    'emotion_classifier': EmotionClassifierConfig,
    'dialogue_manager': DialogueManagerConfig,
    'recorder': RecorderConfig,
    'speech_input': SpeechInputConfig,
    'audio_output': AudioOutputConfig,
}
NODES = {
    'camera': CameraNode,
    'face_detector': FaceDetectorNode,
    'emotion_classifier': EmotionClassifierNode,
    'dialogue_manager': DialogueManagerNode,
    'recorder': RecorderNode,
    'speech_input': SpeechInputNode,
    'audio_output': AudioOutputNode,
}


def test_judy_yaml_holds_every_parameter_with_its_default(root):
    content = yaml.safe_load((root / 'config/judy.yaml').read_text())
    assert {key: value['ros__parameters'] for key, value in content.items()} == {
        f'/**/{name}': asdict(config()) for name, config in CONFIGS.items()
    }


@pytest.mark.parametrize('config', CONFIGS.values())
def test_every_parameter_is_explained_and_its_default_allowed(config):
    for field in fields(config):
        assert field.metadata['help']
        if field.metadata['range']:
            low, high = field.metadata['range']
            assert low <= field.default <= high
        if field.metadata['choices']:
            assert field.default in field.metadata['choices']


@pytest.mark.parametrize(
    ('node', 'name', 'value', 'allowed'),
    [
        ('camera', 'framerate', 0.0, 'a float from 0.1 to 240.0'),
        ('camera', 'framerate', 30, 'a float from 0.1 to 240.0'),
        ('camera', 'image_width', -1, 'an integer from 16 to 16384'),
        ('camera', 'pixel_format', 'nonsense', 'yuyv'),
        ('camera', 'camera_info_url', '/no/such/file.yaml', '/no/such/file.yaml'),
        ('camera', 'camera_info_url', 'package://no_such_package/a.yaml', 'no_such_package'),
        ('face_detector', 'image_transport', 'theora', 'one of raw, compressed'),
        ('face_detector', 'detector', '/no/such/network.onnx', '/no/such/network.onnx'),
        ('face_detector', 'detector', 'nonsense', 'nonsense'),
        ('face_detector', 'track_timeout', float('nan'), 'track_timeout'),
        ('emotion_classifier', 'threads', 'two', 'an integer from 1 to 16'),
        ('emotion_classifier', 'model_path', '/no/such/network.onnx', '/no/such/network.onnx'),
        ('emotion_classifier', 'confidence_threshold', 1.5, 'a float from 0.0 to 1.0'),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_it(ros, node, name, value, allowed):
    with pytest.raises(ConfigError) as caught:
        ros.make(NODES[node], **{name: value})
    line = str(caught.value)
    assert node in line and allowed in line
    assert '\n' not in line


def test_the_descriptors_tell_what_is_allowed(ros):
    node = ros.make(FaceDetectorNode, detector='cascade')
    width = node.describe_parameter('detection_width')
    assert (width.integer_range[0].from_value, width.integer_range[0].to_value) == (0, 1920)
    assert width.description and width.read_only
    assert 'compressed' in node.describe_parameter('image_transport').additional_constraints


def test_parameters_cannot_be_changed_while_running(ros):
    node = ros.make(FaceDetectorNode, detector='cascade')
    result = node.set_parameters([rclpy.Parameter('track_timeout', value=2.0)])[0]
    assert not result.successful


def test_what_the_parameters_ask_for_and_cannot_be_had_is_a_configuration_error(ros):
    def fail():
        raise FileNotFoundError('/x/y: no such file')

    with pytest.raises(ConfigError, match='tester: /x/y: no such file'):
        params.build(ros.tester, fail)
