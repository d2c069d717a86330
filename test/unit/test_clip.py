import builtins
from pathlib import Path

import cv2
import numpy as np
import pytest

from cp_xception_ros.vision import clip
from cp_xception_ros.vision.cameras import BadSource, CameraSettings, EndOfSource, open_camera
from cp_xception_ros.vision.clip import faces_at
from cp_xception_ros.vision.storyboard import APPEARANCES, DURATION, HEIGHT, RATE, WIDTH

MODEL = Path(__file__).parents[2].parent / 'shared/data/models/face_detection_yunet_2023mar.onnx'
MOMENTS = [number / 2 for number in range(int(2 * DURATION))]


@pytest.fixture(scope='module')
def renderer():
    pytest.importorskip('skimage', reason='the portraits are inside scikit-image and matplotlib')
    pytest.importorskip(
        'matplotlib', reason='the portraits are inside scikit-image and matplotlib'
    )
    return clip.open_clip()._renderer


def overlap(first, second):
    """Intersection over union of two (x, y, width, height)."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)


def found_and_wrong(boxes, time):
    """How many of the true faces were found, and how many boxes are no face."""
    truth = [face.box for face in faces_at(time)]
    found = sum(any(overlap(box, face) > 0.35 for box in boxes) for face in truth)
    wrong = sum(not any(overlap(box, face) > 0.35 for face in truth) for box in boxes)
    return found, wrong


def test_the_clip_is_a_recorded_source_of_15_seconds(renderer):
    camera = clip.ClipCamera(renderer)
    assert not camera.live and camera.rate == 30
    times = []
    with pytest.raises(EndOfSource, match='450 pictures'):
        while True:
            frame = camera.read()
            assert frame.image.shape == (480, 640, 3) and frame.image.dtype == np.uint8
            times.append(frame.time)
    assert times == pytest.approx([number / 30 for number in range(450)])


def test_the_clip_opens_by_name(renderer):
    camera = open_camera('clip', CameraSettings(realtime=False))
    assert camera.name == 'sample clip' and camera.read().time == 0


def test_the_same_moment_always_looks_the_same(renderer):
    first = renderer.render(12.3)
    renderer.render(3.0)
    assert np.array_equal(first, renderer.render(12.3))


def test_the_story_starts_empty_and_shows_each_person_and_both():
    names = [[face.name for face in faces_at(time)] for time in (0.5, 3.0, 6.5, 9.0, 13.0)]
    collins, hopper = 'Eileen Collins', 'Grace Hopper'
    assert names == [[], [collins], [], [hopper], [collins, hopper]]
    assert faces_at(3.0)[0].emotion == 'happiness' and faces_at(9.0)[0].emotion is None


def test_faces_stay_within_the_picture():
    for number in range(int(DURATION * RATE)):
        for face in faces_at(number / RATE):
            x, y, width, height = face.box
            assert x >= 0 and y >= 0 and x + width <= WIDTH and y + height <= HEIGHT
            assert 89 < height < 201


def test_the_light_goes_down_and_up_again(renderer):
    empty = [renderer.render(time).mean() for time in (0.0, 6.9)]
    assert max(empty) / min(empty) > 1.8
    assert max(abs(shown.tilt.high) for shown in APPEARANCES) == 12


def test_yunet_finds_every_face_and_nothing_else(renderer):
    if not MODEL.exists():
        pytest.skip('needs the YuNet model of the shared data')
    if tuple(int(part) for part in cv2.__version__.split('.')[:2]) < (4, 8):
        pytest.skip('this YuNet needs OpenCV 4.8')
    detector = cv2.FaceDetectorYN.create(str(MODEL), '', (WIDTH, HEIGHT), 0.6)
    for time in MOMENTS:
        faces = detector.detect(renderer.render(time))[1]
        boxes = [] if faces is None else [face[:4] for face in faces]
        assert found_and_wrong(boxes, time) == (len(faces_at(time)), 0), time


def test_the_cascade_finds_nearly_every_face_and_none_in_the_empty_room(renderer):
    if not hasattr(cv2, 'CascadeClassifier'):
        pytest.skip('this OpenCV has no cascade')
    cascade = cv2.CascadeClassifier(clip_cascade())
    found = 0
    for time in MOMENTS:
        picture = cv2.cvtColor(renderer.render(time), cv2.COLOR_BGR2GRAY)
        boxes = cascade.detectMultiScale(picture, 1.2, 4, minSize=(60, 60))
        hits, wrong = found_and_wrong(boxes, time)
        assert faces_at(time) or not wrong, time
        found += hits
    assert found >= 0.9 * sum(len(faces_at(time)) for time in MOMENTS)


def clip_cascade():
    folder = Path(getattr(cv2, 'data', cv2).__file__).parent
    path = folder / 'haarcascade_frontalface_default.xml'
    if not path.exists():
        pytest.skip('the cascade file is not beside cv2')
    return str(path)


@pytest.mark.parametrize('missing', ['skimage', 'matplotlib'])
def test_without_its_packages_one_line_says_what_to_install(monkeypatch, missing):
    real_import = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split('.')[0] == missing:
            raise ModuleNotFoundError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(BadSource, match='needs scikit-image and matplotlib: pip install'):
        load = {'skimage': clip.load_collins, 'matplotlib': clip.load_hopper}[missing]
        clip._original(load)
