import threading

import cv2
from media import grey, write_pictures, write_video
import numpy as np
import pytest

from cp_xception_ros.vision import cameras
from cp_xception_ros.vision.cameras import (
    BadSource,
    CameraError,
    CameraSettings,
    EndOfSource,
    open_camera,
)
from cp_xception_ros.vision.sources.shape import as_bgr, shrink

FLAT_OUT = CameraSettings(realtime=False)


def play(camera):
    """All frames of a recorded source, and the EndOfSource that ended it."""
    frames = []
    try:
        while True:
            frames.append(camera.read())
    except EndOfSource as end:
        return frames, end
    finally:
        camera.close()


def levels(frames):
    return [round(float(frame.image.mean()) / 20) for frame in frames]


# Video files


@pytest.mark.parametrize('suffix', ['.mp4', '.avi', '.mkv', '.webm'])
def test_every_picture_of_a_video_comes_with_its_time(tmp_path, suffix):
    camera = open_camera(str(write_video(tmp_path / f'v{suffix}')), FLAT_OUT)
    assert camera.rate == 25 and not camera.live and camera.name == f'v{suffix}'
    frames, end = play(camera)
    assert levels(frames) == list(range(10))
    assert [frame.time for frame in frames] == pytest.approx(
        [n / 25 for n in range(10)], abs=0.002
    )
    assert end.frames == 10 and 'ended after 10 pictures' in str(end)
    assert frames[0].image.shape == (48, 64, 3) and frames[0].image.dtype == np.uint8


def test_a_video_in_real_time_waits_for_each_picture(tmp_path, monkeypatch):
    moments = []
    monkeypatch.setattr(
        'cp_xception_ros.runtime.pacing.Pacer.wait_for',
        lambda self, moment: moments.append(moment),
    )
    frames, _ = play(open_camera(str(write_video(tmp_path / 'v.avi'))))
    assert len(frames) == 10
    assert moments == pytest.approx([n / 25 for n in range(10)], abs=0.002)


def test_closing_ends_the_wait_for_the_next_picture(tmp_path):
    camera = open_camera(str(write_video(tmp_path / 'v.avi', rate=0.01)), CameraSettings())
    camera.read()
    outcome = []

    def read():
        try:
            camera.read()
        except CameraError as error:
            outcome.append(str(error))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    camera.close()
    reader.join(10)
    assert outcome == ['v.avi: is closed']


def test_a_video_cut_short_says_how_much_of_it_there_was(tmp_path):
    path = write_video(tmp_path / 'v.avi', pictures=100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, end = play(open_camera(str(path), FLAT_OUT))
    assert 10 < len(frames) < 90
    assert end.frames == len(frames)
    assert 'ended early' in str(end) and 'of 100 pictures' in str(end)


@pytest.mark.parametrize(
    ('name', 'content'),
    [('noise.mp4', bytes(range(256)) * 40), ('empty.mp4', b''), ('words.avi', b'hello\n' * 99)],
)
def test_a_file_that_is_no_video_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadSource, match=f'{name}: not a video'):
        open_camera(str(tmp_path / name))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BadSource, match='gone.mp4: no such file or folder'):
        open_camera(str(tmp_path / 'gone.mp4'))


@pytest.mark.parametrize('source', ['x' * 5000, 'a\0b'])
def test_a_name_that_no_file_can_have_is_a_missing_file(source):
    with pytest.raises(BadSource, match='no such file or folder'):
        open_camera(source)


def test_an_empty_source_names_the_choices():
    with pytest.raises(BadSource, match='source is empty'):
        open_camera('')


def test_a_file_url_and_a_home_directory_are_understood(tmp_path, monkeypatch):
    path = write_video(tmp_path / 'my video.avi')
    monkeypatch.setenv('HOME', str(tmp_path))
    for source in (path.as_uri(), '~/my video.avi'):
        assert len(play(open_camera(source, FLAT_OUT))[0]) == 10


# Folders and single pictures


def test_pictures_come_in_natural_order_at_the_asked_rate(tmp_path):
    names = ['face1.png', 'face2.jpg', 'Face3.PNG', 'face10.png']
    write_pictures(tmp_path, names)
    (tmp_path / 'notes.txt').write_text('not a picture')
    (tmp_path / '._face1.png').write_bytes(b'not a picture')
    camera = open_camera(str(tmp_path), CameraSettings(framerate=4, realtime=False))
    frames, end = play(camera)
    assert levels(frames) == [0, 1, 2, 3]
    assert [frame.time for frame in frames] == [0, 0.25, 0.5, 0.75]
    assert camera.rate == 4 and end.frames == 4


def test_unreadable_pictures_are_skipped_counted_and_warned_of_once_a_burst(tmp_path, caplog):
    write_pictures(tmp_path, [f'{n}.png' for n in range(6)])
    for broken in ('1.png', '2.png', '4.png'):
        (tmp_path / broken).write_bytes(b'\x89PNG broken')
    camera = open_camera(str(tmp_path), FLAT_OUT)
    frames, end = play(camera)
    assert levels(frames) == [0, 3, 5] and camera.skipped == 3
    assert '3 could not be read' in str(end)
    warnings = [record.getMessage() for record in caplog.records]
    assert len(warnings) == 2 and '1.png' in warnings[0] and '4.png' in warnings[1]


def test_pictures_keep_their_size_unless_they_are_huge(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), grey(1, width=50, height=70))
    cv2.imwrite(str(tmp_path / 'b.png'), grey(1, width=3000, height=1500))
    frames, _ = play(open_camera(str(tmp_path), FLAT_OUT))
    assert [frame.image.shape for frame in frames] == [(70, 50, 3), (960, 1920, 3)]


def test_one_picture_is_a_folder_of_one(tmp_path):
    write_pictures(tmp_path, ['0.png', '1.png'])
    frames, _ = play(open_camera(str(tmp_path / '1.png'), FLAT_OUT))
    assert levels(frames) == [1]


def test_a_folder_without_pictures_is_named(tmp_path):
    with pytest.raises(BadSource, match='no pictures in it'):
        open_camera(str(tmp_path))


def test_a_folder_of_broken_pictures_is_an_error_not_an_end(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'broken')
    with pytest.raises(BadSource, match='no picture in it can be read'):
        play(open_camera(str(tmp_path), FLAT_OUT))


# Pictures and settings


def test_grey_pictures_become_bgr():
    assert as_bgr(np.zeros((4, 5), np.uint8)).shape == (4, 5, 3)
    assert as_bgr(np.zeros((4, 5, 1), np.uint8)).shape == (4, 5, 3)


def test_a_very_long_picture_shrinks_to_at_least_one_pixel():
    assert shrink(np.zeros((1, 5000, 3), np.uint8)).shape == (1, 1920, 3)


@pytest.mark.parametrize(
    ('values', 'complaint'),
    [
        ({'framerate': 0}, 'framerate=0'),
        ({'framerate': float('nan')}, 'framerate=nan'),
        ({'image_width': 0}, 'image_width=0'),
        ({'image_height': 100000}, 'image_height=100000'),
        ({'pixel_format': 'film'[:3]}, "pixel_format='fil'"),
    ],
)
def test_settings_out_of_range_are_named(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        CameraSettings(**values)


# Finding a camera by itself


def test_auto_takes_the_first_device_that_delivers(monkeypatch):
    def device(path, settings):
        if path == '/dev/video0':
            raise CameraError('camera /dev/video0: is busy')
        return f'opened {path}'

    monkeypatch.setattr(cameras, 'candidates', lambda: ['/dev/video0', '/dev/video2'])
    monkeypatch.setattr(cameras, 'DeviceCamera', device)
    assert cameras._open('auto', FLAT_OUT) == 'opened /dev/video2'


def test_auto_without_a_device_plays_the_clip(monkeypatch):
    monkeypatch.setattr(cameras, 'candidates', lambda: [])
    monkeypatch.setattr(cameras, 'open_clip', lambda: 'clip')
    assert cameras._open('auto', FLAT_OUT) == 'clip'
