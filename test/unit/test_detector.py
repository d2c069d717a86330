"""Both detectors on real faces, and every way in which they cannot be made."""

from pathlib import Path
import shutil

import cv2
import numpy as np
import pytest

from cp_xception_ros.runtime.models import YUNET, cache_dir
from cp_xception_ros.vision import cascade
from cp_xception_ros.vision.detector import (
    CascadeDetector,
    DetectorError,
    YuNetDetector,
    make_detector,
)

needs_cascade = pytest.mark.skipif(
    not hasattr(cv2, 'CascadeClassifier'), reason='OpenCV 5 has no cascades'
)


@pytest.fixture(scope='module')
def portrait() -> np.ndarray:
    """Return the astronaut, whose face is near (178, 62) and 90 x 113 pixels, on 640 x 480."""
    data = pytest.importorskip('skimage.data', reason='the portrait is inside scikit-image')
    picture = np.full((480, 640, 3), 128, np.uint8)
    picture[:, :512] = data.astronaut()[:480, :, ::-1]
    return picture


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'cache'))


@pytest.fixture
def cached(yunet) -> Path:
    cache_dir().mkdir(parents=True)
    return Path(shutil.copy(yunet, YUNET.path))


def test_yunet_finds_the_face_and_its_landmarks(yunet, portrait):
    face = YuNetDetector(yunet).detect(portrait)[0]
    np.testing.assert_allclose(face.box, (179, 63, 90, 112), atol=10)
    expected = [(203, 101), (245, 102), (223, 125), (203, 144), (240, 142)]
    np.testing.assert_allclose(face.landmarks, expected, atol=6)
    assert face.landmarks.dtype == np.float32
    assert 0.8 < face.score <= 1


@pytest.mark.skipif(not hasattr(cv2, 'FaceDetectorYN'), reason='OpenCV has no FaceDetectorYN')
def test_yunet_reads_its_network_as_opencv_does(yunet, portrait):
    try:
        reference = cv2.FaceDetectorYN.create(str(yunet), '', (640, 480), 0.45, 0.3)
        rows = reference.detect(portrait)[1]
    except cv2.error:
        pytest.skip(f'FaceDetectorYN of OpenCV {cv2.__version__} cannot read this model')
    faces = YuNetDetector(yunet, width=640).detect(portrait)
    assert len(faces) == len(rows)
    for face, row in zip(faces, rows, strict=True):
        np.testing.assert_allclose(face.box, row[:4], atol=0.05)
        np.testing.assert_allclose(face.landmarks.ravel(), row[4:14], atol=0.05)
        assert face.score == pytest.approx(row[14], abs=1e-4)


@needs_cascade
def test_the_cascade_finds_the_face(portrait):
    face = CascadeDetector().detect(portrait)[0]
    np.testing.assert_allclose(face.box, (175, 66, 98, 98), atol=12)
    assert face.landmarks is None
    assert 0.5 < face.score <= 1


@pytest.fixture(params=['yunet', pytest.param('cascade', marks=needs_cascade)])
def detector(request):
    if request.param == 'cascade':
        return CascadeDetector()
    return YuNetDetector(request.getfixturevalue('yunet'))


@pytest.mark.parametrize('size', [(480, 640), (720, 960), (1080, 1920), (389, 517)])
def test_boxes_are_those_of_the_full_picture_whatever_its_size(detector, portrait, size):
    height, width = size
    centres = []
    for picture in (portrait, cv2.resize(portrait, (width, height))):
        x, y, w, h = detector.detect(picture)[0].box
        centres.append(((x + w / 2) / picture.shape[1], (y + h / 2) / picture.shape[0]))
    np.testing.assert_allclose(centres[1], centres[0], atol=0.03)


def test_a_picture_higher_than_wide_is_searched_as_well(detector, portrait):
    tall = np.vstack([portrait, portrait])[:900]
    assert len(detector.detect(tall)) >= 1


@pytest.mark.parametrize('size', [(1, 1), (1, 3000), (3000, 1), (31, 33), (64, 64)])
def test_pictures_of_odd_sizes_have_no_face_and_do_no_harm(detector, size):
    assert detector.detect(np.full((*size, 3), 90, np.uint8)) == []


def test_the_same_picture_gives_the_same_faces(detector, portrait):
    first, second = (detector.detect(portrait) for _ in range(2))
    assert [(face.box, face.score) for face in first] == [
        (face.box, face.score) for face in second
    ]


def test_the_surest_face_comes_first(detector, portrait):
    two = np.hstack([portrait[:, :320], cv2.GaussianBlur(portrait, (0, 0), 2)[:, :320]])
    scores = [face.score for face in detector.detect(two)]
    assert len(scores) >= 2
    assert scores == sorted(scores, reverse=True)


def test_a_picture_that_is_only_lent_is_left_as_it_is(detector, portrait):
    lent = portrait.copy()
    lent.setflags(write=False)
    assert detector.detect(lent)
    np.testing.assert_array_equal(lent, portrait)


def test_auto_takes_yunet_from_the_cache(cached):
    assert make_detector('auto').name == cached.stem
    assert make_detector('yunet', width=160).name == cached.stem


@needs_cascade
def test_auto_takes_the_cascade_while_yunet_is_absent():
    assert make_detector('auto').name == 'cascade'


def test_a_path_is_taken_as_yunet(yunet):
    assert make_detector(str(yunet)).name == yunet.stem


def refused(model: str) -> str:
    with pytest.raises(DetectorError) as caught:
        make_detector(model)
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_yunet_that_was_never_fetched_names_the_cure():
    assert 'judy-fetch-models' in refused('yunet')


def test_a_damaged_file_in_the_cache_is_named(cached):
    cached.write_bytes(cached.read_bytes()[:-5])
    assert str(cached) in refused('auto')


@pytest.mark.parametrize('content', [None, b'', b'no network', b'\x08\x07\x12\x04abcd' * 50])
def test_a_file_that_is_no_yunet_is_named(tmp_path, content):
    path = tmp_path / 'face.onnx'
    if content is not None:
        path.write_bytes(content)
    assert str(path) in refused(str(path))


def test_another_network_is_not_taken_for_yunet(root):
    assert 'not YuNet' in refused(str(root / 'models/cp_xception.onnx'))


def test_an_unknown_detector_is_named_with_those_allowed():
    message = refused('yolo')
    assert "'yolo'" in message and 'auto, yunet, cascade' in message


def test_an_opencv_without_cascades_is_named_with_the_cure(monkeypatch):
    monkeypatch.delattr(cv2, 'CascadeClassifier', raising=False)
    message = refused('cascade')
    assert cv2.__version__ in message
    assert 'judy-fetch-models yunet' in message and '<5' in message


@needs_cascade
def test_the_cascade_of_the_system_serves_where_opencv_carries_none(monkeypatch, tmp_path):
    shutil.copy(Path(cv2.data.haarcascades, 'haarcascade_frontalface_alt2.xml'), tmp_path)
    monkeypatch.delattr(cv2, 'data')
    monkeypatch.setattr(cascade, '_SYSTEM_FOLDERS', (str(tmp_path),))
    assert CascadeDetector().name == 'cascade'


@needs_cascade
def test_a_missing_cascade_file_is_named_with_the_package_to_install(monkeypatch, tmp_path):
    monkeypatch.delattr(cv2, 'data', raising=False)
    monkeypatch.setattr(cascade, '_SYSTEM_FOLDERS', (str(tmp_path),))
    message = refused('cascade')
    assert str(tmp_path) in message and 'opencv-data' in message
