"""Whole processes over DDS: what arrives, how they end, and what they say about bad input."""

import json
import re
import signal
import time

from cp_xception_msgs.msg import EmotionStamped, FaceArray
import cv2
import numpy as np
import pytest

from cp_xception_ros.nodes import qos
from cp_xception_ros.nodes.errors import EXIT_CONFIG

CASCADE = ('-p', 'face_detector:detector:=cascade')


@pytest.fixture
def clip():
    pytest.importorskip('skimage', reason="the extra 'demo' is not installed")
    return 'clip'


@pytest.fixture
def video(tmp_path):
    """Return a video of twenty grey pictures."""
    path = tmp_path / 'grey.avi'
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*'MJPG'), 20.0, (320, 240))
    for n in range(20):
        writer.write(np.full((240, 320, 3), 10 * n, np.uint8))
    writer.release()
    return path


def test_three_processes_bring_a_smile_from_the_camera_to_emotion(ros, run, clip):
    faces = ros.collect(FaceArray, 'faces', qos.EVENT)
    emotions = ros.collect(EmotionStamped, 'emotion', qos.EVENT)
    patient = ('-p', 'face_detector:track_timeout:=30.0')
    processes = [
        run('nodes.emotion_classifier'),
        run('nodes.face_detector', '--ros-args', *CASCADE, *patient),
        run('nodes.camera', '--ros-args', '-p', f'video_device:={clip}'),
    ]
    ros.until(lambda: len(emotions) > 60 and len(faces) > 60)
    assert len({emotion.face_id for emotion in emotions}) <= 3
    stamps = {str(message.header) for message in faces}
    # /faces keeps one message: this test may miss many that the classifier has seen.
    assert [emotion for emotion in emotions if str(emotion.header) in stamps]
    happy = [emotion for emotion in emotions if emotion.name == 'happiness']
    assert len(happy) > len(emotions) / 2
    for process in processes:
        status, output = process.interrupt()
        assert status == 0, output
        assert 'Traceback' not in output


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('node', ['camera', 'face_detector', 'emotion_classifier'])
def test_a_signal_ends_a_node_cleanly(ros, run, node, number):
    process = run(f'nodes.{node}', '--ros-args', '-p', 'video_device:=clip')
    ros.until(lambda: node in ros.tester.get_node_names())
    process.signal(number)
    status, output = process.wait()
    assert status == 0, output
    assert 'Traceback' not in output


def test_a_second_signal_during_shutdown_changes_nothing(ros, run, clip):
    process = run('app', '--source', clip)
    ros.until(lambda: 'console' in ros.tester.get_node_names())
    for _ in range(3):
        process.signal(signal.SIGINT)
        time.sleep(0.02)
    status, output = process.wait()
    assert status == 0, output
    assert 'Traceback' not in output


BAD_STARTS = [
    ('nodes.camera', ['-p', 'framerate:=-1.0'], 'framerate'),
    ('nodes.camera', ['-p', 'video_device:=/no/such/video.mp4'], '/no/such/video.mp4'),
    ('nodes.emotion_classifier', ['-p', 'model_path:=/no/such.onnx'], '/no/such.onnx'),
    ('nodes.face_detector', ['-p', 'detector:=/no/such.onnx'], '/no/such.onnx'),
    ('nodes.face_detector', ['--params-file', '/no/such.yaml'], '/no/such.yaml'),
    ('nodes.face_detector', ['-p', 'nonsense'], 'nonsense'),
]


@pytest.mark.parametrize(('module', 'args', 'named'), BAD_STARTS)
def test_a_bad_start_is_one_line_and_status_78(run, module, args, named):
    status, output = run(module, '--ros-args', *args).wait()
    assert status == EXIT_CONFIG, output
    lines = [line for line in output.splitlines() if line.startswith('error: ')]
    assert len(lines) == 1 and named in lines[0], output
    assert 'Traceback' not in output


@pytest.mark.parametrize('content', [b'', b'not a video', b'RIFF' + bytes(2000)])
def test_a_corrupt_video_is_one_line_and_status_78(run, tmp_path, content):
    path = tmp_path / 'broken.mp4'
    path.write_bytes(content)
    status, output = run('app', '--source', path).wait()
    assert status == EXIT_CONFIG, output
    assert f'error: video {path}' in output


@pytest.mark.parametrize('content', ['a: [', '- just a list', 'camera: {ros__parameters: 5}'])
def test_a_corrupt_configuration_is_one_line_and_status_78(run, tmp_path, content):
    path = tmp_path / 'broken.yaml'
    path.write_text(content)
    status, output = run('app', '--config', path).wait()
    assert status == EXIT_CONFIG, output
    assert 'broken.yaml' in output
    assert 'Traceback' not in output


def test_judy_plays_a_video_to_its_end_and_sums_it_up(run, video):
    status, output = run('app', '--source', video, '--ros-args', *CASCADE).wait()
    assert status == 0, output
    seen, dropped = re.search(r'(\d+) pictures in .*; (\d+) dropped; 0 faces', output).groups()
    assert int(seen) + int(dropped) == 20 and int(seen)


def test_judy_prints_json_for_pipes(run, clip):
    process = run('app', '--source', clip, '--json', '--ros-args', *CASCADE)
    process.until(lambda: process.output.count('"face_id"') > 10)
    status, output = process.interrupt()
    assert status == 0, output
    messages = [json.loads(line) for line in output.splitlines() if line.startswith('{')]
    assert messages
    first = messages[0]
    assert abs(sum(first['probabilities'].values()) - 1) < 0.01
    assert set(first['roi']) == {'x', 'y', 'width', 'height'}
    assert all(m['stamp'] >= first['stamp'] for m in messages)


def test_judy_stops_after_the_time_that_was_given(run, clip):
    status, output = run('app', '--source', clip, '--duration', 1, '--ros-args', *CASCADE).wait()
    assert status == 0, output
    # The summary comes even where a device that is still being opened outlasts the process.
    assert 'saw no pictures' in output or 'pictures in' in output


def test_judy_saves_annotated_pictures(run, clip, tmp_path):
    folder = tmp_path / 'seen'
    process = run('app', '--source', clip, '--headless-save', folder, '--ros-args', *CASCADE)
    process.until(lambda: len(list(folder.glob('*.jpg'))) > 20)
    status, output = process.interrupt()
    assert status == 0, output
    pictures = sorted(folder.glob('*.jpg'))
    assert len(pictures) > 20
    assert cv2.imread(str(pictures[-1])).shape == (480, 640, 3)


def test_judy_runs_without_a_home(run, video, tmp_path):
    args = ('--source', video, '--ros-args', *CASCADE)
    for env in ({'HOME': None, 'ROS_LOG_DIR': None}, {'HOME': str(tmp_path / 'empty')}):
        status, output = run('app', *args, **env).wait()
        assert status == 0, output


def test_simulated_time_is_honoured(ros, run, video):
    """Without /clock the stamps stay at zero, which the detector refuses."""
    process = run('nodes.camera', '--ros-args', '-p', 'use_sim_time:=true')
    ros.until(lambda: 'camera' in ros.tester.get_node_names())
    assert process.interrupt()[0] == 0
