"""Every wire type there and back, and the rules of stamps and regions."""

from cp_xception_msgs.msg import EmotionStamped, Face, FaceArray
from geometry_msgs.msg import Point32
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from cp_xception_ros.emotion.labels import EMOTIONS, UNCERTAIN
from cp_xception_ros.emotion.reader import Reading
from cp_xception_ros.emotion.smoothing import Smoothed
from cp_xception_ros.nodes import wire
from cp_xception_ros.nodes.stamps import StampOrder
from cp_xception_ros.vision.calibration import plausible_pinhole
from cp_xception_ros.vision.detector import Detection
from cp_xception_ros.vision.finder import FoundFace

HEADER = Header(stamp=wire.time(1234.5), frame_id='camera_optical_frame')


def hop(message):
    return deserialize_message(serialize_message(message), type(message))


def there_and_back(message):
    """Return the message as the other end of a wire has it; a second hop may change nothing."""
    received = hop(message)
    assert hop(received) == received
    return received


def picture(height=48, width=64):
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)


def found_face(box=(10.0, 5.0, 20.0, 25.0)):
    landmarks = np.arange(10, dtype=np.float32).reshape(5, 2)
    return FoundFace('abcde', Detection(box, 0.9, landmarks), picture(96, 96))


def reading(label=3):
    frame = np.linspace(0.05, 0.25, 7, dtype=np.float32)
    return Reading(frame, Smoothed(probabilities=frame[::-1].copy(), label=label, confidence=0.25))


def test_image():
    message = there_and_back(wire.image(picture(), HEADER))
    assert (message.encoding, message.height, message.width, message.step) == ('bgr8', 48, 64, 192)
    assert message.header == HEADER
    assert np.array_equal(wire.picture(message), picture())


def test_an_image_of_a_view_is_copied_in_order():
    view = picture()[:, ::2]
    assert np.array_equal(wire.picture(wire.image(view, HEADER)), view)


def test_compressed_image():
    smooth = np.full((48, 64, 3), (30, 120, 200), np.uint8)
    message = there_and_back(wire.compressed_image(smooth, HEADER, 90))
    assert message.header == HEADER
    assert np.abs(wire.picture(message).astype(int) - smooth).max() < 8


def test_face_array():
    message = there_and_back(wire.face_array((48, 64), [found_face()], HEADER))
    assert (message.image_height, message.image_width) == (48, 64)
    face = message.faces[0]
    assert (face.face_id, face.score) == ('abcde', pytest.approx(0.9))
    assert (face.roi.x_offset, face.roi.y_offset) == (10, 5)
    assert (face.roi.width, face.roi.height) == (20, 25)
    assert [(p.x, p.y) for p in face.landmarks] == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)]
    assert np.array_equal(wire.picture(face.crop), found_face().crop)


def test_an_empty_face_array_keeps_its_header():
    message = there_and_back(wire.face_array((48, 64), [], HEADER))
    assert list(message.faces) == []
    assert message.header == HEADER


def test_emotion():
    face = wire.face_array((48, 64), [found_face()], HEADER).faces[0]
    message = there_and_back(wire.emotion(face, reading(), HEADER, 'cp_xception 9.9', 0.0125))
    assert (message.face_id, message.roi) == ('abcde', face.roi)
    assert (message.emotion, message.name) == (EmotionStamped.HAPPINESS, 'happiness')
    assert message.confidence == pytest.approx(0.25)
    assert np.allclose(message.frame_probabilities, reading().frame)
    assert np.allclose(message.probabilities, reading().smoothed.probabilities)
    assert -1 <= message.valence <= 1 and -1 <= message.arousal <= 1
    assert message.model == 'cp_xception 9.9'
    assert (message.processing_time.sec, message.processing_time.nanosec) == (0, 12_500_000)


def test_uncertain_has_a_name_and_a_confidence():
    face = wire.face_array((48, 64), [found_face()], HEADER).faces[0]
    message = wire.emotion(face, reading(UNCERTAIN), HEADER, 'm', 0.0)
    assert (message.emotion, message.name) == (EmotionStamped.UNCERTAIN, 'uncertain')
    assert message.confidence == pytest.approx(0.25)


def test_the_constants_of_the_message_are_the_labels_of_the_network():
    constants = [getattr(EmotionStamped, name.upper()) for name in EMOTIONS]
    assert constants == list(range(7))
    assert EmotionStamped.UNCERTAIN == UNCERTAIN


def test_camera_info():
    message = there_and_back(wire.camera_info(plausible_pinhole(640, 480), HEADER))
    assert (message.width, message.height) == (640, 480)
    assert message.k[2] == pytest.approx(320, abs=1)
    assert message.header == HEADER


@pytest.mark.parametrize(
    'kind', [EmotionStamped, Face, FaceArray, Point32, CompressedImage, Image]
)
def test_default_messages_go_there_and_back(kind):
    assert there_and_back(kind()) == kind()


@pytest.mark.parametrize(
    ('box', 'expected'),
    [
        ((-10.0, -10.0, 30.0, 30.0), (0, 0, 20, 20)),
        ((600.0, 470.0, 100.0, 100.0), (600, 470, 40, 10)),
        ((700.0, 500.0, 10.0, 10.0), (640, 480, 0, 0)),
    ],
)
def test_regions_are_clipped_to_the_picture(box, expected):
    roi = wire.region(box, 640, 480)
    assert (roi.x_offset, roi.y_offset, roi.width, roi.height) == expected


@pytest.mark.parametrize('value', [0.0, 1.0, 1795364504.378663, 0.999999999999])
def test_times_survive_the_split_into_seconds_and_nanoseconds(value):
    stamp = wire.time(value)
    assert stamp.sec + stamp.nanosec * 1e-9 == pytest.approx(value, abs=1e-6)
    assert stamp.nanosec < wire.NANOSECONDS


def header(sec, nanosec=0):
    result = Header()
    result.stamp.sec, result.stamp.nanosec = sec, nanosec
    return result


@pytest.mark.parametrize(
    ('bad', 'words'),
    [(header(0), 'stamp is zero'), (header(5, 1_000_000_000), '1000000000 nanoseconds')],
)
def test_stamps_that_cannot_be_used_are_named(bad, words):
    with pytest.raises(wire.StampError, match=words):
        StampOrder().check(bad)


def test_a_stamp_that_goes_backwards_is_refused_once():
    order = StampOrder()
    assert order.check(header(100)) == 100
    with pytest.raises(wire.StampError, match='backwards, from 100.000 to 7.000'):
        order.check(header(7))
    assert order.check(header(8)) == 8
