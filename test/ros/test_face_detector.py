"""The face_detector node on real DDS: pictures of every kind in, faces out."""

import random
import re

from cp_xception_msgs.msg import FaceArray
import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.face_detector import FaceDetectorNode


@pytest.fixture(scope='module')
def portrait():
    data = pytest.importorskip('skimage.data', reason="the extra 'demo' is not installed")
    astronaut = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR)
    # Without the shoulder, in which the cascade sees a second face.
    return np.ascontiguousarray(astronaut[:240, 100:360])


class Bench:
    """A detector node, a publisher of pictures, and the faces that come back."""

    def __init__(self, ros, kind=Image, topic='image_raw', **parameters):
        self.ros = ros
        self.node = ros.make(
            lambda **options: FaceDetectorNode(rng=random.Random(1), **options),
            detector='cascade',
            **parameters,
        )
        self.faces = ros.collect(FaceArray, 'faces', qos.EVENT)
        self.publisher = ros.tester.create_publisher(kind, topic, qos.IMAGE_OUT)
        self._stamp = 1000.0
        ros.until(lambda: self.publisher.get_subscription_count() and self._listeners())

    def _listeners(self):
        return self.ros.tester.count_subscribers('faces')

    def header(self):
        self._stamp += 1 / 30
        return Header(stamp=wire.time(self._stamp), frame_id='camera_optical_frame')

    def show(self, bgr):
        """Publish pictures until faces come back; return them."""
        before = len(self.faces)
        self.ros.until(
            lambda: len(self.faces) > before,
            each=lambda: self.publisher.publish(wire.image(bgr, self.header())),
        )
        return self.faces[-1]

    def errors(self):
        return self.node._errors.total


def test_a_face_comes_out_with_id_region_and_crop(ros, portrait):
    message = Bench(ros).show(portrait)
    assert message.header.frame_id == 'camera_optical_frame'
    assert (message.image_height, message.image_width) == portrait.shape[:2]
    [face] = message.faces
    assert re.fullmatch('[a-z][a-z0-9]{4}', face.face_id)
    assert 80 < face.roi.width < 200
    assert 0 <= face.score <= 1
    assert wire.picture(face.crop).shape == (96, 96, 3)


def test_nobody_there_is_an_empty_array(ros):
    message = Bench(ros).show(np.zeros((240, 320, 3), np.uint8))
    assert list(message.faces) == []
    assert (message.image_height, message.image_width) == (240, 320)


def test_the_face_keeps_its_id(ros, portrait):
    bench = Bench(ros)
    ids = {bench.show(portrait).faces[0].face_id for _ in range(5)}
    assert len(ids) == 1


ENCODINGS = {
    'bgr8': None,
    'rgb8': cv2.COLOR_BGR2RGB,
    'mono8': cv2.COLOR_BGR2GRAY,
    'bgra8': cv2.COLOR_BGR2BGRA,
    'rgba8': cv2.COLOR_BGR2RGBA,
}


@pytest.mark.parametrize('encoding', ENCODINGS)
def test_encodings_with_padded_rows(ros, portrait, encoding):
    conversion = ENCODINGS[encoding]
    pixels = portrait if conversion is None else cv2.cvtColor(portrait, conversion)
    rows = pixels.reshape(len(pixels), -1)
    padded = np.pad(rows, ((0, 0), (0, 12)), constant_values=77)
    bench = Bench(ros)

    def publish():
        message = Image(header=bench.header(), encoding=encoding, step=padded.shape[1])
        message.height, message.width = portrait.shape[:2]
        message.data.frombytes(padded.tobytes())
        bench.publisher.publish(message)

    ros.until(lambda: bench.faces, each=publish)
    assert len(bench.faces[0].faces) == 1


def test_compressed_pictures(ros, portrait):
    bench = Bench(ros, CompressedImage, 'image_raw/compressed', image_transport='compressed')
    ros.until(
        lambda: bench.faces,
        each=lambda: bench.publisher.publish(wire.compressed_image(portrait, bench.header(), 90)),
    )
    assert len(bench.faces[0].faces) == 1


def spoilt(good_header, changes):
    message = wire.image(np.zeros((48, 64, 3), np.uint8), good_header)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'encoding': '32FC1'}, '32FC1'),
        ({'encoding': ''}, 'encoding'),
        ({'step': 10}, 'step'),
        ({'height': 4_000_000_000}, 'height 4000000000'),
        ({'width': 0}, 'no pixels'),
        ({'data': b''}, 'bytes of data'),
        ({'header': Header(frame_id='x')}, 'stamp is zero'),
    ],
)
def test_a_bad_picture_is_counted_named_and_survived(ros, portrait, changes, words):
    bench = Bench(ros)
    ros.until(
        lambda: bench.errors(),
        each=lambda: bench.publisher.publish(spoilt(bench.header(), changes)),
    )
    assert words in bench.node._last_error
    assert len(bench.show(portrait).faces) == 1


def test_the_image_topic_can_be_remapped(ros, portrait):
    got = ros.collect(FaceArray, 'faces', qos.EVENT)
    ros.make(
        lambda **options: FaceDetectorNode(
            cli_args=['--ros-args', '-r', 'image_raw:=/my/camera/image'], **options
        ),
        detector='cascade',
    )
    publisher = ros.tester.create_publisher(Image, '/my/camera/image', qos.IMAGE_OUT)
    stamp = iter(range(1, 1000))
    ros.until(
        lambda: got,
        each=lambda: publisher.publish(
            wire.image(portrait, Header(stamp=wire.time(float(next(stamp)))))
        ),
    )
    assert len(got[0].faces) == 1
