import math

import pytest

from cp_xception_ros.vision.calibration import (
    CalibrationError,
    load_calibration,
    plausible_pinhole,
)

GOOD = """\
image_width: 640
image_height: 480
camera_name: narrow_stereo
camera_matrix:
  rows: 3
  cols: 3
  data: [500.5, 0, 320, 0, 501, 240, 0, 0, 1]
distortion_model: plumb_bob
distortion_coefficients:
  rows: 1
  cols: 5
  data: [0.1, -0.2, 0.001, 0.002, 0]
rectification_matrix:
  rows: 3
  cols: 3
  data: [1, 0, 0, 0, 1, 0, 0, 0, 1]
projection_matrix:
  rows: 3
  cols: 4
  data: [490, 0, 319, 0, 0, 491, 239, 0, 0, 0, 1, 0]
"""


def write(tmp_path, text):
    path = tmp_path / 'my camera.yaml'
    path.write_text(text)
    return path


def test_a_file_of_camera_calibration_is_read(tmp_path):
    calibration = load_calibration(str(write(tmp_path, GOOD)))
    assert (calibration.width, calibration.height) == (640, 480)
    assert calibration.camera_name == 'narrow_stereo'
    assert calibration.distortion_model == 'plumb_bob'
    assert calibration.d == (0.1, -0.2, 0.001, 0.002, 0.0)
    assert calibration.k[0] == 500.5 and len(calibration.k) == 9
    assert calibration.r == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert calibration.p[5] == 491 and len(calibration.p) == 12


def test_a_file_url_is_the_same_as_its_path(tmp_path):
    path = write(tmp_path, GOOD)
    assert load_calibration(path.as_uri()) == load_calibration(str(path))


@pytest.mark.parametrize(
    ('old', 'new', 'complaint'),
    [
        ('image_width: 640\n', '', 'image_width is missing'),
        ('image_width: 640', 'image_width: wide', "image_width='wide' is not a number of pixels"),
        ('image_height: 480', 'image_height: 0', 'image_height=0 is not a number of pixels'),
        ('plumb_bob', 'fisheye', "distortion_model 'fisheye' is not one of plumb_bob"),
        ('240, 0, 0, 1]', '240]', 'camera_matrix has 6 numbers, not 9 (3x3)'),
        ('0.002, 0]', '0.002]', 'distortion_coefficients has 4 numbers, not 5'),
        ('[490,', '[many,', 'projection_matrix holds something that is not a number'),
        ('[490,', '[.nan,', 'projection_matrix holds a number that is not finite'),
        ('camera_matrix:', 'camera_matrix: [', 'not YAML (line'),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path, old, new, complaint):
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(CalibrationError) as caught:
        load_calibration(str(path))
    message = str(caught.value)
    assert complaint in message and str(path) in message and '\n' not in message


@pytest.mark.parametrize('text', ['', '- 1\n', 'words'])
def test_a_file_without_keys_is_refused(tmp_path, text):
    with pytest.raises(CalibrationError, match='not a list of keys and values'):
        load_calibration(str(write(tmp_path, text)))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CalibrationError, match='nowhere.yaml: no such file'):
        load_calibration(str(tmp_path / 'nowhere.yaml'))


def test_a_binary_file_is_refused(tmp_path):
    path = tmp_path / 'picture.png'
    path.write_bytes(bytes(range(128, 256)))
    with pytest.raises(CalibrationError, match='not a text file'):
        load_calibration(str(path))


def test_a_url_that_needs_ros_is_left_to_the_caller():
    with pytest.raises(CalibrationError, match="'package://' cannot be read here"):
        load_calibration('package://robot/config/camera.yaml')


def test_another_picture_size_is_worth_a_warning_that_names_both(tmp_path):
    calibration = load_calibration(str(write(tmp_path, GOOD)))
    assert calibration.mismatch(640, 480) is None
    warning = calibration.mismatch(1280, 720)
    assert '640x480' in warning and '1280x720' in warning


def test_a_plausible_pinhole_sees_the_asked_angle():
    calibration = plausible_pinhole(641, 480, horizontal_fov=90)
    focal, cx = calibration.k[0], calibration.k[2]
    assert cx == 320
    assert math.degrees(2 * math.atan(641 / 2 / focal)) == pytest.approx(90)
    assert calibration.mismatch(641, 480) is None
    assert calibration.d == (0, 0, 0, 0, 0)


def test_an_impossible_pinhole_is_refused():
    with pytest.raises(ValueError, match='0x480'):
        plausible_pinhole(0, 480)
