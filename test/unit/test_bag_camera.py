"""Recordings as a source of the camera node."""

import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')

from bags import START, BagBuilder, compressed, cut, grey, image, jpeg, numbered, part, write_bag

from cp_xception_ros.vision.cameras import (
    BadSource,
    CameraError,
    CameraSettings,
    EndOfSource,
    open_camera,
)

FLAT_OUT = CameraSettings(realtime=False)


def play(camera):
    frames = []
    with pytest.raises(EndOfSource) as end:
        while True:
            frames.append(camera.read())
    camera.close()
    return frames, end.value


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
@pytest.mark.parametrize('whole', [True, False])
def test_a_recording_plays_with_its_own_times(tmp_path, storage, whole):
    path = write_bag(tmp_path / 'bag', numbered(10), storage=storage)
    camera = open_camera(str(path if whole else part(path)), FLAT_OUT)
    frames, end = play(camera)
    assert [frame.image[0, 0, 0] for frame in frames] == [5 * n for n in range(10)]
    assert [frame.time for frame in frames] == pytest.approx([n * 0.033 for n in range(10)])
    assert not camera.live and camera.name.endswith(' (/image_raw)') and end.frames == 10


def test_stamps_that_nobody_filled_in_are_done_without(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number in range(3):
        builder.add('/image_raw', image(grey(1), 0), time=START + number * 10**8)
    frames, _ = play(open_camera(str(builder.close()), FLAT_OUT))
    assert [frame.time for frame in frames] == pytest.approx([0.0, 0.1, 0.2])


def test_the_topic_is_chosen_by_the_settings(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.pictures('/left', [grey(10)])
    builder.pictures('/right', [grey(20)])
    path = str(builder.close())
    with pytest.raises(BadSource, match='/left .*, /right .*camera:bag_topic:=/left'):
        open_camera(path)
    frames, _ = play(open_camera(path, CameraSettings(realtime=False, bag_topic='/right')))
    assert frames[0].image[0, 0, 0] == 20


def test_pictures_that_cannot_be_read_are_skipped_and_named_once(tmp_path, caplog):
    builder = BagBuilder(tmp_path / 'bag')
    for number, data in enumerate([b'', b'\xff\xd8 not a picture', None, b'junk', None]):
        stamp = START + number * 10**8
        message = jpeg(grey(10), stamp) if data is None else compressed(data, stamp)
        builder.add('/image_raw/compressed', message)
    camera = open_camera(str(builder.close()), FLAT_OUT)
    frames, end = play(camera)
    assert len(frames) == 2 and camera.skipped == 3 and '3 could not be read' in str(end)
    assert sum('picture skipped' in line for line in caplog.messages) == 2


def test_a_recording_of_which_nothing_can_be_read_is_a_bad_source(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.add('/image_raw/compressed', compressed(b'junk', START, 'h264'))
    with pytest.raises(BadSource, match='none of its 1 pictures'):
        open_camera(str(builder.close()), FLAT_OUT).read()


def test_a_recording_that_is_cut_off_ends_at_the_cut(tmp_path, caplog):
    path = write_bag(tmp_path / 'bag', numbered(40))
    cut(part(path), 0.5)
    frames, end = play(open_camera(str(path), FLAT_OUT))
    assert 15 < end.frames < 25 and len(frames) == end.frames
    assert any('cut off' in line for line in caplog.messages)


def test_a_closed_recording_gives_no_more(tmp_path):
    camera = open_camera(str(write_bag(tmp_path / 'bag', numbered(3))), FLAT_OUT)
    camera.read()
    camera.close()
    with pytest.raises(CameraError, match='is closed'):
        camera.read()


def test_a_recording_of_ros_1_is_told_how_to_be_converted(tmp_path):
    file = tmp_path / 'old.bag'
    file.write_bytes(b'#ROSBAG V2.0')
    with pytest.raises(BadSource, match='rosbags-convert'):
        open_camera(str(file))
