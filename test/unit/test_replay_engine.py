"""Recorded pictures through the parts of the nodes: order, time, threads and what is left out."""

from functools import partial
import random
import time

import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')

from bags import START, STEP, BagBuilder, compressed, grey, image, jpeg, write_bag

from cp_xception_ros.emotion.classifier import ScriptedClassifier
from cp_xception_ros.emotion.reader import EmotionReader
from cp_xception_ros.emotion.smoothing import EmotionSmoother
from cp_xception_ros.pipeline import Pipeline
from cp_xception_ros.replay.engine import Engine, seconds
from cp_xception_ros.replay.source import open_recording
from cp_xception_ros.vision.cameras import BadSource, CameraError
from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.finder import FaceFinder
from cp_xception_ros.vision.tracking import Tracker

ROWS = np.random.default_rng(0).dirichlet(np.ones(7), 50).tolist()


class BrightnessDetector:
    """Finds one face whose place is the brightness of the picture; none in a black one."""

    name = 'brightness'

    def __init__(self, dawdle: bool = False) -> None:
        self._dawdle = random.Random(1) if dawdle else None

    def detect(self, bgr):
        if self._dawdle:
            time.sleep(self._dawdle.random() * 0.01)
        level = float(bgr[0, 0, 0])
        return [Detection((level / 10, 5.0, 20.0, 25.0), 0.9)] if level else []


def make_engine(detector=BrightnessDetector, **options):
    reader = EmotionReader(ScriptedClassifier(ROWS), EmotionSmoother())
    said = []
    return Engine(detector, reader, say=said.append, **options), said


def run(path, **options):
    engine, said = make_engine(**options)
    return list(engine.run(open_recording(str(path), say=said.append).shots)), engine, said


def plain(seen):
    """Return what can be compared."""
    return [
        (
            one.stamp,
            one.frame_id,
            [(face.face_id, face.detection.box, face.crop.tobytes()) for face in one.faces],
            [(r.frame.tolist(), r.smoothed.probabilities.tolist()) for r in one.readings],
        )
        for one in seen
    ]


@pytest.fixture
def bag(tmp_path):
    return write_bag(tmp_path / 'bag', [grey(level) for level in range(10, 50)])


def test_the_result_is_that_of_the_pipeline(bag):
    seen, _, _ = run(bag)
    pipeline = Pipeline(
        FaceFinder(BrightnessDetector(), Tracker(random.Random(0))),
        EmotionReader(ScriptedClassifier(ROWS), EmotionSmoother()),
    )
    for number, one in enumerate(seen):
        [expected] = pipeline.process(grey(10 + number), seconds(START + number * STEP))
        assert one.faces[0].face_id == expected.face.face_id
        np.testing.assert_array_equal(one.faces[0].crop, expected.face.crop)
        np.testing.assert_array_equal(
            one.readings[0].smoothed.probabilities, expected.reading.smoothed.probabilities
        )
    assert len(seen) == 40


def test_the_result_is_the_same_however_many_threads_there_are(bag):
    once, _, _ = run(bag, workers=1)
    for workers in (2, 5):
        again, _, _ = run(bag, workers=workers, detector=partial(BrightnessDetector, dawdle=True))
        assert plain(again) == plain(once)


def test_the_seed_gives_the_names(bag):
    names = [{one.faces[0].face_id for one in run(bag, seed=seed)[0]} for seed in (0, 0, 1)]
    assert names[0] == names[1] != names[2]


def test_few_pictures_are_in_work_at_a_time(bag):
    engine, _ = make_engine(workers=2)
    taken = []

    def shots():
        for shot in open_recording(str(bag)).shots:
            taken.append(shot)
            yield shot

    for done, _ in enumerate(engine.run(shots()), 1):
        assert len(taken) - done <= 4


def test_every_stage_has_its_time(bag):
    _, engine, _ = run(bag)
    assert set(engine.stages.shares) == {'read', 'decode', 'detect', 'track', 'classify'}
    assert sum(engine.stages.shares.values()) == pytest.approx(1)


def test_pictures_that_cannot_be_read_are_left_out_and_named_once(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number in range(6):
        stamp = START + number * STEP
        message = compressed(b'junk', stamp) if number % 2 else jpeg(grey(50), stamp)
        builder.add('/image_raw/compressed', message)
    seen, engine, said = run(builder.close())
    assert len(seen) == 3 and dict(engine.skipped) == {'unreadable': 3}
    assert len(said) == 1 and 'neither JPEG nor PNG' in said[0]


def test_stamps_that_go_backwards_cost_what_they_cost_the_nodes(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number, stamp in enumerate([100, 101, 50, 51, 52]):
        builder.add('/image_raw', image(grey(50), stamp * 10**9), time=START + number)
    seen, engine, said = run(builder.close())
    assert [one.stamp // 10**9 for one in seen] == [100, 101, 51, 52]
    # The classifier node compares with the last picture that came through.
    assert [len(one.readings) for one in seen] == [1, 1, 0, 1]
    assert dict(engine.skipped) == {'stamp goes backwards': 1}
    assert 'backwards, from 101.000 to 50.000' in said[0]
    assert seen[1].faces[0].face_id != seen[2].faces[0].face_id


def test_pictures_without_stamps_take_the_time_of_their_recording(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number in range(3):
        builder.add('/image_raw', image(grey(50), 0), time=START + number * STEP)
    seen, _, said = run(builder.close())
    assert [one.stamp for one in seen] == [START + number * STEP for number in range(3)]
    assert said == ['pictures without a stamp: taking the time of their recording']


def test_a_gap_in_time_begins_with_a_new_face(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    for number in (0, 1, 2, 200, 201):
        builder.add('/image_raw', image(grey(50), START + number * STEP))
    seen, _, _ = run(builder.close())
    names = [one.faces[0].face_id for one in seen]
    assert names[0] == names[2] != names[3] == names[4]


@pytest.mark.parametrize('degrees', [90, 180, 270])
def test_faces_of_a_turned_camera_lie_in_the_pixels_of_its_pictures(bag, degrees):
    seen, _, _ = run(bag, degrees=degrees)
    x, y, width, height = seen[0].faces[0].detection.box
    assert seen[0].size == (48, 64)
    assert (width, height) == ((25, 20) if degrees in (90, 270) else (20, 25))
    assert 0 <= x <= 64 - width and 0 <= y <= 48 - height


def test_topics_that_are_not_looked_at_are_named_once(tmp_path):
    builder = BagBuilder(tmp_path / 'bag')
    builder.pictures('/image_raw', [grey(5)])
    builder.topic('/secret', 'my_robot_msgs/msg/Secret')
    _, _, said = run(builder.close())
    assert said == ['not looked at: /secret (my_robot_msgs/msg/Secret)']


def test_a_video_has_times_of_its_own(tmp_path):
    from media import write_video

    seen, _, _ = run(write_video(tmp_path / 'v.avi'))
    assert len(seen) == 10 and seen[0].stamp == 10**9
    assert [one.stamp - seen[0].stamp for one in seen] == [n * 40_000_000 for n in range(10)]


def test_what_is_no_recording_is_refused(tmp_path):
    with pytest.raises(CameraError, match='no such file'):
        open_recording(str(tmp_path / 'nothing'))
    from media import write_video

    with pytest.raises(BadSource, match='only a rosbag2 recording has topics'):
        open_recording(str(write_video(tmp_path / 'v.avi')), topic='/image_raw')
