"""What a replay writes is what the nodes publish."""

import cp_xception_msgs.msg as messages
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from cp_xception_ros.emotion.reader import Reading
from cp_xception_ros.emotion.smoothing import Smoothed
from cp_xception_ros.nodes import wire
from cp_xception_ros.replay.engine import Seen
from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.finder import FoundFace

pytest.importorskip('rosbags', reason='rosbags is not installed')

from cp_xception_ros.replay.messages import emotions, encode, face_array, typestore
from cp_xception_ros.vision.bags.pictures import decode

NAMES = sorted(name for name in dir(messages) if name[0].isupper())
STAMP = 1234 * 10**9 + 500_000_000


def seen() -> Seen:
    crop = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    landmarks = np.arange(10, dtype=np.float32).reshape(5, 2)
    faces = [
        FoundFace('abcde', Detection((-3.0, 5.5, 40.2, 50.0), 0.875, landmarks), crop),
        FoundFace('fghij', Detection((600.0, 400.0, 100.0, 100.0), 0.5), crop),
    ]
    row = np.array([0.1, 0.0, 0.1, 0.5, 0.1, 0.1, 0.1], np.float32)
    readings = [Reading(row[::-1].copy(), Smoothed(row, label, 0.5)) for label in (3, 255)]
    return Seen(STAMP, STAMP + 7, 'eye', (480, 640), faces, readings)


def there(data, kind):
    return deserialize_message(bytes(data), kind)


def there_and_back(message):
    """Return a message as it arrives: rounded to its types."""
    return there(serialize_message(message), type(message))


def test_faces_are_those_of_the_face_detector_node():
    one = seen()
    header = Header(stamp=wire.time(1234.5), frame_id='eye')
    expected = wire.face_array(one.size, one.faces, header)
    assert there(encode(face_array(one)), wire.FaceArray) == there_and_back(expected)


def test_emotions_are_those_of_the_classifier_node_without_a_processing_time():
    one = seen()
    header = Header(stamp=wire.time(1234.5), frame_id='eye')
    faces = wire.face_array(one.size, one.faces, header).faces
    for number, message in enumerate(emotions(one, 'net 1')):
        expected = wire.emotion(faces[number], one.readings[number], header, 'net 1', 0.0)
        assert there(encode(message), wire.EmotionStamped) == there_and_back(expected)


def test_the_hash_of_every_type_is_the_live_one(ros):
    for name in NAMES:
        ros.tester.create_publisher(getattr(messages, name), name, 1)
        [info] = ros.tester.get_publishers_info_by_topic(name)
        assert typestore().hash_rihs01(f'cp_xception_msgs/msg/{name}') == str(info.topic_type_hash)


def test_pictures_of_ros_are_read_like_those_of_a_recording():
    bgr = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    header = Header(stamp=wire.time(1234.5), frame_id='eye')
    for message, kind in (
        (wire.image(bgr, header), Image),
        (wire.compressed_image(bgr, header, 90), CompressedImage),
    ):
        picture = decode(f'sensor_msgs/msg/{kind.__name__}', bytes(serialize_message(message)))
        assert (picture.stamp, picture.frame_id) == (STAMP, 'eye')
        np.testing.assert_array_equal(picture.bgr, wire.picture(message))
