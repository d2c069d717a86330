"""The camera node on real DDS: what it publishes, and when."""

import time

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_msgs.msg import Bool
from std_srvs.srv import SetBool

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.camera import CameraNode
from cp_xception_ros.nodes.health import ERROR, OK
from cp_xception_ros.vision.cameras import CameraError, Frame

PICTURE = np.full((48, 64, 3), (10, 120, 240), np.uint8)
CALIBRATION = """\
image_width: 64
image_height: 48
camera_name: test
distortion_model: plumb_bob
camera_matrix: {rows: 3, cols: 3, data: [70, 0, 32, 0, 71, 24, 0, 0, 1]}
distortion_coefficients: {rows: 1, cols: 5, data: [0.1, 0, 0, 0, 0]}
rectification_matrix: {rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}
projection_matrix: {rows: 3, cols: 4, data: [70, 0, 32, 0, 0, 71, 24, 0, 0, 0, 1, 0]}
"""


class Webcam:
    """A live camera at 50 pictures a second that can be unplugged."""

    live, rate, name = True, 50.0, 'webcam'

    def __init__(self):
        self.plugged, self.opened, self.closed = True, 0, 0

    def open(self, source, settings):
        if not self.plugged:
            raise CameraError('webcam: not there')
        self.opened += 1
        return self

    def read(self):
        time.sleep(0.02)
        if not self.plugged:
            raise CameraError('webcam: unplugged')
        return Frame(PICTURE)

    def close(self):
        self.closed += 1


@pytest.fixture
def folder(tmp_path):
    """Return a folder of ten pictures that differ."""
    for n in range(10):
        cv2.imwrite(str(tmp_path / f'{n}.png'), np.full((48, 64, 3), 20 * n, np.uint8))
    return tmp_path


def test_a_folder_is_published_from_its_first_picture_to_its_last(ros, folder):
    got = ros.collect(Image, 'image_raw', qos.EVENT)
    ended = []
    ros.make(
        lambda **options: CameraNode(on_end=lambda: ended.append(1), **options),
        video_device=str(folder),
        framerate=50.0,
        frame_id='eye',
    )
    ros.until(lambda: ended and len(got) == 10)
    assert [wire.picture(message)[0, 0, 0] for message in got] == [20 * n for n in range(10)]
    stamps = [wire.seconds(message.header.stamp) for message in got]
    assert np.allclose(np.diff(stamps), 0.02, atol=1e-5)
    assert {message.header.frame_id for message in got} == {'eye'}


class SlowStart:
    """A recording whose pictures take their time; `ready` is when the first was there."""

    live, rate, name = False, 50.0, 'slow start'

    def __init__(self):
        self.pictures, self.ready = 0, 0.0

    def open(self, source, settings):
        return self

    def read(self):
        time.sleep(0.1)
        self.ready = self.ready or time.time()
        self.pictures += 1
        return Frame(PICTURE, (self.pictures - 1) / self.rate)

    def close(self):
        pass


def test_the_time_of_a_recording_begins_when_its_first_picture_is_there(ros):
    got = ros.collect(Image, 'image_raw', qos.EVENT)
    recording = SlowStart()
    ros.make(lambda **options: CameraNode(open=recording.open, **options))
    ros.until(lambda: got)
    assert wire.seconds(got[0].header.stamp) >= recording.ready


def test_a_loop_begins_again_with_later_stamps(ros, folder):
    got = ros.collect(Image, 'image_raw', qos.EVENT)
    ros.make(CameraNode, video_device=str(folder), framerate=200.0, loop=True, realtime=False)
    ros.until(lambda: len(got) > 25)
    stamps = [wire.seconds(message.header.stamp) for message in got]
    assert min(np.diff(stamps)) > 0


def test_compressed_pictures_for_those_who_ask(ros, folder):
    got = ros.collect(CompressedImage, 'image_raw/compressed', qos.EVENT)
    ros.make(CameraNode, video_device=str(folder), framerate=50.0, loop=True)
    ros.until(lambda: got)
    assert wire.picture(got[0]).shape == (48, 64, 3)
    assert 'jpeg' in got[0].format


def test_camera_info_comes_with_the_stamps_of_the_pictures(ros, folder, tmp_path):
    (tmp_path / 'calibration.yaml').write_text(CALIBRATION)
    pictures = ros.collect(Image, 'image_raw', qos.EVENT)
    infos = ros.collect(CameraInfo, 'camera_info', qos.EVENT)
    ros.make(
        CameraNode,
        video_device=str(folder),
        framerate=50.0,
        loop=True,
        camera_info_url=f'file://{tmp_path}/calibration.yaml',
    )
    ros.until(lambda: len(infos) > 5 and len(pictures) > 5)
    assert list(infos[0].k) == [70, 0, 32, 0, 71, 24, 0, 0, 1]
    common = {str(m.header) for m in pictures} & {str(m.header) for m in infos}
    assert len(common) > 3


def test_set_capture_closes_the_camera_and_opens_it_again(ros):
    webcam = Webcam()
    got = ros.collect(Image, 'image_raw', qos.EVENT)
    capturing = ros.collect(Bool, 'camera/capturing', qos.STATE)
    ros.make(lambda **options: CameraNode(open=webcam.open, **options))
    client = ros.tester.create_client(SetBool, 'camera/set_capture')
    ros.until(lambda: got and capturing and client.service_is_ready())

    call = client.call_async(SetBool.Request(data=False))
    ros.until(lambda: call.done() and webcam.closed)
    ros.spin(0.2)
    count = len(got)
    ros.spin(0.3)
    assert len(got) == count

    call = client.call_async(SetBool.Request(data=True))
    ros.until(lambda: call.done() and len(got) > count)
    assert webcam.opened == 2
    ros.until(lambda: len(capturing) == 3)
    assert [message.data for message in capturing] == [True, False, True]


def test_a_late_subscriber_learns_whether_the_camera_is_on(ros):
    webcam = Webcam()
    ros.make(lambda **options: CameraNode(open=webcam.open, **options))
    ros.until(lambda: webcam.opened)
    capturing = ros.collect(Bool, 'camera/capturing', qos.STATE)
    ros.until(lambda: capturing)
    assert capturing[0].data is True


def test_an_unplugged_camera_is_reported_and_opened_again(ros):
    webcam = Webcam()
    got = ros.collect(Image, 'image_raw', qos.EVENT)
    node = ros.make(lambda **options: CameraNode(open=webcam.open, **options))
    ros.until(lambda: got)
    assert node.health().level == OK
    webcam.plugged = False
    ros.until(lambda: node.health().level == ERROR)
    assert node.health().message == 'camera: lost'
    webcam.plugged = True
    count = len(got)
    ros.until(lambda: len(got) > count)
    assert node.health().level == OK
    assert webcam.opened == 2
