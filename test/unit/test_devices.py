"""V4L2 devices, without one: a scripted VideoCapture and a made-up /dev, /sys and /proc."""

import cv2
from media import grey
import pytest

from cp_xception_ros.vision.cameras import BadSource, CameraError, CameraSettings, open_camera
from cp_xception_ros.vision.sources import device, v4l2
from cp_xception_ros.vision.sources.device import DeviceCamera
from cp_xception_ros.vision.sources.pixel_format import fourcc

SETTINGS = CameraSettings(framerate=15, image_width=64, image_height=48, pixel_format='mjpeg')


class ScriptedVideo:
    """A VideoCapture that plays a script: a picture, None (does not decode) or False (gone)."""

    def __init__(self, script, opened=True):
        self.script = list(script)
        self.opened = opened
        self.properties = []
        self.released = False

    def isOpened(self):  # noqa: N802
        return self.opened

    def set(self, property_id, value):
        self.properties.append((property_id, value))
        return True

    def get(self, property_id):
        return 0.0

    def grab(self):
        return bool(self.script) and self.script[0] is not False

    def retrieve(self):
        image = self.script.pop(0)
        return image is not None, image

    def release(self):
        self.released = True


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A file that passes for a device."""
    monkeypatch.setattr(device, 'is_video_device', lambda path: True)
    node = tmp_path / 'video0'
    node.touch()
    return str(node)


def open_device(path, script, opened=True, settings=SETTINGS):
    video = ScriptedVideo(script, opened)
    return DeviceCamera(path, settings, lambda target, backend: video), video


def test_a_device_is_live_and_asked_for_format_before_size(path):
    camera, video = open_device(path, [grey(1), grey(2)])
    assert camera.live and camera.rate == 15
    assert [camera.read().image.max() for _ in range(2)] == [1, 2]
    assert video.properties == [
        (cv2.CAP_PROP_FOURCC, fourcc('mjpeg')),
        (cv2.CAP_PROP_FRAME_WIDTH, 64),
        (cv2.CAP_PROP_FRAME_HEIGHT, 48),
        (cv2.CAP_PROP_FPS, 15),
    ]


def test_a_picture_that_does_not_decode_is_passed_over(path):
    camera, _ = open_device(path, [grey(1), None, None, grey(2)])
    assert [camera.read().image.max() for _ in range(2)] == [1, 2]


def test_an_unplugged_device_is_said_to_be(path, tmp_path):
    camera, _ = open_device(path, [grey(1), False])
    camera.read()
    with pytest.raises(CameraError, match='no pictures come'):
        camera.read()
    (tmp_path / 'video0').unlink()
    with pytest.raises(CameraError, match='it was unplugged'):
        camera.read()


def test_another_size_than_asked_is_warned_of(path, caplog):
    open_device(path, [grey(1, width=80, height=60)])
    assert 'gives 80x60, not 64x48' in caplog.text


@pytest.mark.parametrize(('script', 'opened'), [([], False), ([False], True), ([None] * 99, True)])
def test_a_device_that_gives_no_picture_is_released_and_named(path, script, opened):
    video = ScriptedVideo(script, opened)
    with pytest.raises(CameraError, match='gives no pictures; it is busy, or not a camera'):
        DeviceCamera(path, SETTINGS, lambda target, backend: video)
    assert video.released


def test_a_busy_device_names_its_user(path, monkeypatch):
    monkeypatch.setattr(device, 'used_by', lambda path: 'cheese (process 12)')
    with pytest.raises(CameraError, match=r'is in use by cheese \(process 12\); close'):
        open_device(path, [], opened=False)


def test_a_device_without_permission_names_the_cure(path, monkeypatch):
    monkeypatch.setattr(device.os, 'access', lambda path, mode: False)
    with pytest.raises(CameraError, match='no permission; run: sudo usermod -aG video'):
        open_device(path, [])


@pytest.mark.parametrize('source', ['97', '/dev/video97', '/dev/v4l/by-id/usb-none-index0'])
def test_a_missing_device_is_named_with_those_that_exist(source, monkeypatch):
    monkeypatch.setattr(device, 'devices_line', lambda: 'devices here: /dev/video2 (HD Webcam)')
    with pytest.raises(CameraError, match=r'no such device; devices here: /dev/video2'):
        open_camera(source)


def test_what_is_no_video_device_is_refused():
    with pytest.raises(BadSource, match='/dev/null: is not a video device'):
        open_camera('/dev/null')


@pytest.mark.parametrize(
    ('name', 'code'),
    [
        ('yuyv', 'YUYV'),
        ('mjpeg2rgb', 'MJPG'),
        ('h264', 'H264'),
        ('nv12', 'NV12'),
        ('BA81', 'BA81'),
    ],
)
def test_pixel_formats_go_by_usb_cams_names(name, code):
    assert fourcc(name) == cv2.VideoWriter.fourcc(*code)


def test_no_pixel_format_leaves_it_to_the_camera(path):
    settings = CameraSettings(image_width=64, image_height=48, pixel_format='')
    _, video = open_device(path, [grey(1)], settings=settings)
    assert cv2.CAP_PROP_FOURCC not in dict(video.properties)


@pytest.fixture
def machine(tmp_path):
    """A computer with a webcam, its metadata device and two devices of its chip."""
    dev, sysfs = tmp_path / 'dev', tmp_path / 'sys'
    dev.mkdir()
    sysfs.mkdir()
    where = {
        'video10': 'platform/codec/video4linux/video10',
        'video0': 'platform/usb1/1-1/video4linux/video0',
        'video2': 'platform/isp/video4linux/video2',
        'video3': 'virtual/video4linux/video3',
    }
    for name, place in where.items():
        (dev / name).touch()
        folder = tmp_path / 'devices' / place
        folder.mkdir(parents=True)
        (folder / 'name').write_text(f'Name of {name}\n')
        (sysfs / name).symlink_to(folder)
    (dev / 'video-helper').touch()
    return dev, sysfs


def test_devices_are_listed_by_number_with_their_names(machine):
    dev, sysfs = machine
    assert v4l2.list_devices(dev) == [str(dev / f'video{n}') for n in (0, 2, 3, 10)]
    assert f'{dev}/video10 (Name of video10)' in v4l2.devices_line(dev, sysfs)


def test_only_usb_and_loopback_devices_are_tried_unasked(machine):
    dev, sysfs = machine
    assert v4l2.candidates(dev, sysfs) == [str(dev / 'video0'), str(dev / 'video3')]


def test_a_machine_without_devices_says_so(tmp_path):
    assert v4l2.devices_line(tmp_path, tmp_path) == 'there is no video device here'


def test_the_user_of_a_device_is_found(tmp_path):
    node = tmp_path / 'video0'
    node.touch()
    descriptors = tmp_path / 'proc' / '4321' / 'fd'
    descriptors.mkdir(parents=True)
    (descriptors / '5').symlink_to(node)
    (tmp_path / 'proc' / '4321' / 'comm').write_text('cheese\n')
    assert v4l2.used_by(str(node), tmp_path / 'proc') == 'cheese (process 4321)'
    assert v4l2.used_by(str(tmp_path / 'video9'), tmp_path / 'proc') is None
