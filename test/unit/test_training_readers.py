import logging
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

pytest.importorskip('tqdm', reason='the training environment is not installed')
cbook = pytest.importorskip('matplotlib.cbook', reason='matplotlib has the portrait')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write  # noqa: E402

from cp_xception_ros.emotion.labels import EMOTIONS  # noqa: E402
from training.data import DataError, read_pictures  # noqa: E402

KAGGLE = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')
CK48 = ('anger', 'contempt', 'disgust', 'fear', 'happy', 'sadness', 'surprise')


def grey(seed: int, side: int = 48) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (side, side), np.uint8)


def save(path: Path, picture: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)
    return path


@pytest.fixture(scope='session')
def portrait() -> np.ndarray:
    """Return Grace Hopper's head and shoulders, uint8 (256, 256), as JAFFE's pictures are."""
    with cbook.get_sample_data('grace_hopper.jpg') as source:
        photo = cv2.imdecode(np.frombuffer(source.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(photo[:420, 46:466], (256, 256), interpolation=cv2.INTER_AREA)


def named(pictures) -> list[str]:
    return [EMOTIONS[label] for label in pictures.labels]


def ck_sequence(root: Path, name: str, code: str | None, frames: int, picture: np.ndarray) -> None:
    subject, sequence = name.split('_')
    for frame in range(1, frames + 1):
        file = f'{name}_{frame:08}.png'
        save(root / 'cohn-kanade-images' / subject / sequence / file, picture)
    if code is not None:
        path = root / 'Emotion' / subject / sequence / f'{name}_{frames:08}_emotion.txt'
        path.parent.mkdir(parents=True)
        path.write_text(code)


# --- Kaggle's folders ---


def test_kaggles_folders_are_read_with_their_parts(tmp_path):
    for n, name in enumerate(KAGGLE):
        save(tmp_path / 'train' / name / f'im{n}.png', grey(n))
        save(tmp_path / 'test' / name / f'im{n}.jpg', grey(n))
        save(tmp_path / 'validation' / name / f'{n}.jpg', grey(n))
    found = read_pictures(tmp_path)
    assert (found.images.shape, found.images.dtype) == ((21, 48, 48), np.uint8)
    assert sorted(found.of_usage('Training').labels) == list(range(7))
    assert sorted(found.of_usage('Test').labels) == list(range(7))
    assert sorted(found.of_usage('Validation').labels) == list(range(7))
    happy = found.of_usage('Training')
    assert np.array_equal(happy.images[happy.labels == 3][0], grey(3))
    assert found.subjects is None


def test_names_of_the_challenge_tell_the_public_from_the_private_test(tmp_path):
    save(tmp_path / 'train/angry/Training_10118481.jpg', grey(0))
    save(tmp_path / 'test/angry/PrivateTest_10131363.jpg', grey(1))
    save(tmp_path / 'test/angry/PublicTest_10134604.jpg', grey(2))
    found = read_pictures(tmp_path)
    assert sorted(found.usage) == ['PrivateTest', 'PublicTest', 'Training']


def test_pictures_of_another_size_or_in_colour_become_grey_ones_of_48(tmp_path):
    save(tmp_path / 'train/angry/a.png', cv2.cvtColor(grey(0, 96), cv2.COLOR_GRAY2BGR))
    assert read_pictures(tmp_path).images.shape == (1, 48, 48)


def test_a_folder_that_is_no_class_is_named(tmp_path):
    save(tmp_path / 'train/angry/a.png', grey(0))
    save(tmp_path / 'train/bored/a.png', grey(0))
    with pytest.raises(DataError, match='train/bored: not a class'):
        read_pictures(tmp_path)


def test_an_empty_class_is_named(tmp_path):
    save(tmp_path / 'train/angry/a.png', grey(0))
    (tmp_path / 'train/fear').mkdir()
    with pytest.raises(DataError, match='train/fear: no pictures'):
        read_pictures(tmp_path)


def test_an_unreadable_picture_is_named(tmp_path):
    save(tmp_path / 'train/angry/a.png', grey(0))
    (tmp_path / 'train/angry/b.png').write_bytes(b'not a picture')
    with pytest.raises(DataError, match=r'angry/b\.png: not a picture'):
        read_pictures(tmp_path)


def test_files_that_systems_leave_behind_are_passed_over(tmp_path):
    save(tmp_path / 'train/angry/a.png', grey(0))
    for name in ('Thumbs.db', '.DS_Store', '._a.png'):
        (tmp_path / 'train/angry' / name).write_bytes(b'x')
    assert len(read_pictures(tmp_path)) == 1


# --- CK+48 ---


@pytest.fixture
def ck48(tmp_path) -> Path:
    for n, name in enumerate(CK48):
        for frame in (17, 18, 19):
            save(tmp_path / 'CK+48' / name / f'S{10 + n // 2:03}_004_{frame:08}.png', grey(n))
    return tmp_path


def test_ck48_has_subjects_and_leaves_contempt_out(ck48):
    found = read_pictures(ck48 / 'CK+48')
    assert set(named(found)) == set(EMOTIONS) - {'neutral'}
    assert len(found) == 18
    assert found.left_out == {'contempt': 3}
    assert set(found.subjects) == {'S010', 'S011', 'S012', 'S013'}
    assert found.origin == 'CK+48'
    assert set(found.usage) == {'all'}


def test_the_folder_around_a_set_will_do(ck48):
    (ck48 / 'empty').mkdir()
    assert len(read_pictures(ck48)) == 18


def test_of_several_sets_one_has_to_be_named(ck48):
    save(ck48 / 'jaffe/KA.AN1.39.tiff', grey(0, 256))
    with pytest.raises(DataError, match=r'several data sets \(CK\+48, jaffe\)'):
        read_pictures(ck48)


# --- CK+ as it comes ---


@pytest.fixture
def ckplus(tmp_path, portrait) -> Path:
    scene = cv2.copyMakeBorder(portrait, 117, 117, 192, 192, cv2.BORDER_REPLICATE)
    ck_sequence(tmp_path, 'S005_001', '   3.0000000e+00\n', 5, scene)
    ck_sequence(tmp_path, 'S010_002', '   7.0000000e+00\n', 4, scene)
    ck_sequence(tmp_path, 'S138_008', '   2.0000000e+00\n', 4, scene)
    ck_sequence(tmp_path, 'S010_003', None, 4, scene)
    (tmp_path / 'Emotion/S010/003').mkdir()
    return tmp_path


def test_ckplus_gives_the_last_three_frames_of_labelled_sequences(ckplus):
    found = read_pictures(ckplus, 'cascade')
    assert named(found) == ['disgust'] * 3 + ['surprise'] * 3
    assert found.subjects.tolist() == ['S005'] * 3 + ['S010'] * 3
    assert found.left_out == {'contempt': 3}
    assert found.origin == 'CK+, faces found by cascade'


def test_the_last_frames_are_those_nearest_the_peak(ckplus, portrait):
    dark = portrait // 2
    save(ckplus / 'cohn-kanade-images/S005/001/S005_001_00000005.png', dark)
    first, _, last = read_pictures(ckplus, 'cascade').images[:3]
    assert last.mean() < 0.7 * first.mean()


def test_the_folder_of_the_sequences_will_do(ckplus):
    assert len(read_pictures(ckplus / 'cohn-kanade-images', 'cascade')) == 6


@pytest.mark.parametrize('text', ['8.0', 'happy', '', '2.5', 'nan'])
def test_a_label_of_ckplus_that_is_no_code_is_named(ckplus, text):
    (ckplus / 'Emotion/S005/001/S005_001_00000005_emotion.txt').write_text(text)
    with pytest.raises(DataError, match=r'S005_001_00000005_emotion\.txt.*0\.\.7'):
        read_pictures(ckplus, 'cascade')


def test_a_label_without_frames_is_named(ckplus):
    ck_sequence(ckplus, 'S099_001', '1.0', 0, None)
    with pytest.raises(DataError, match='S099_001_00000000_emotion.txt: no frames in'):
        read_pictures(ckplus, 'cascade')


def test_sequences_without_any_label_are_an_error(tmp_path, portrait):
    ck_sequence(tmp_path, 'S010_003', None, 2, portrait)
    with pytest.raises(DataError, match='no .*_emotion.txt files'):
        read_pictures(tmp_path)


# --- JAFFE ---


JAFFE = ('KA.AN1.39', 'KL.DI4.173', 'KM.SA5.13', 'TM.HA3.182', 'YM.NE1.49', 'NA.SU2.209')


def test_jaffe_names_tell_subject_and_expression(tmp_path, portrait):
    for name in JAFFE:
        save(tmp_path / f'{name}.tiff', portrait)
    (tmp_path / 'README').write_text('the set has one')
    found = read_pictures(tmp_path, 'cascade')
    by_subject = dict(zip(found.subjects.tolist(), named(found), strict=True))
    assert by_subject == {
        'KA': 'anger', 'KL': 'disgust', 'KM': 'sadness', 'TM': 'happiness',
        'YM': 'neutral', 'NA': 'surprise',
    }  # fmt: skip
    assert found.origin == 'JAFFE, faces found by cascade'


def test_the_detector_that_cut_the_faces_is_named(tmp_path, portrait, yunet):
    save(tmp_path / 'KA.NE1.26.tiff', portrait)
    found = read_pictures(tmp_path, str(yunet))
    assert found.origin == 'JAFFE, faces found by face_detection_yunet_2023mar'


def test_the_face_fills_the_picture_as_in_fer2013(tmp_path, portrait):
    save(tmp_path / 'KA.HA1.29.tiff', portrait)
    face = read_pictures(tmp_path, 'cascade').images[0].astype(float)
    # The eyes are dark in the upper half, where FER2013 has them.
    rows = face[:, 10:38].mean(1)
    assert 14 <= 10 + int(rows[10:26].argmin()) <= 22
    assert face.shape == (48, 48)


def test_a_picture_without_a_face_is_counted_and_named(tmp_path, portrait, caplog):
    save(tmp_path / 'KA.AN1.39.tiff', portrait)
    save(tmp_path / 'KA.AN2.40.tiff', np.full((256, 256), 90, np.uint8))
    with caplog.at_level(logging.WARNING):
        found = read_pictures(tmp_path, 'cascade')
    assert len(found) == 1
    assert found.left_out == {'no face found': 1}
    assert 'no face found in 1 of 2 pictures' in caplog.text
    assert 'KA.AN2.40.tiff' in caplog.text


def test_no_face_in_any_picture_is_an_error(tmp_path):
    save(tmp_path / 'KA.AN1.39.tiff', np.full((256, 256), 90, np.uint8))
    with pytest.raises(DataError, match='no face found in any of 1 pictures'):
        read_pictures(tmp_path, 'cascade')


@pytest.mark.parametrize('name', ['KA.XX1.39.tiff', 'KAAN139.tiff'])
def test_a_name_that_is_not_jaffes_is_told(tmp_path, portrait, name):
    save(tmp_path / 'KA.AN1.39.tiff', portrait)
    save(tmp_path / name, portrait)
    with pytest.raises(DataError, match=name):
        read_pictures(tmp_path, 'cascade')


# --- which set it is ---


def test_fer2013_is_known_by_its_file_or_folder(tmp_path):
    path = write(tmp_path, [(3, pixels(1), 'Training')])
    assert read_pictures(path).labels.tolist() == read_pictures(tmp_path).labels.tolist() == [3]


def test_a_folder_of_no_known_set_is_told_what_is_known(tmp_path):
    (tmp_path / 'pictures').mkdir()
    with pytest.raises(DataError, match='nothing in it is fer2013.csv, class folders'):
        read_pictures(tmp_path)


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere'):
        read_pictures(tmp_path / 'nowhere')


def test_a_picture_is_no_table(tmp_path):
    with pytest.raises(DataError, match=r'face\.png.*not a table'):
        read_pictures(save(tmp_path / 'face.png', grey(0)))
