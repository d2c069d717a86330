"""judy-replay from its command line to its files, on pictures of the sample clip."""

import csv
import hashlib
import json
from pathlib import Path
import signal
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip('rosbags', reason='rosbags is not installed')
pytest.importorskip('skimage', reason='the sample clip needs the extra demo')

from bags import START, STEP, TYPES, BagBuilder, cut, grey, image, jpeg, numbered, part, write_bag
from rosbags.rosbag2 import Reader

from cp_xception_ros.cli.progress import Progress, duration
from cp_xception_ros.cli.replay import main
from cp_xception_ros.replay.messages import typestore
from cp_xception_ros.replay.parameters import ParameterFileError, read_parameters
from cp_xception_ros.resources import find
from cp_xception_ros.vision.clip import ClipRenderer, load_collins, load_hopper

COUNT = 12
# Both portraits are there and lit.
BEGIN = 12.2


@pytest.fixture(scope='module')
def bag(tmp_path_factory) -> Path:
    """Return a recording of the sample clip, with something else in it."""
    clip = ClipRenderer(load_collins(), load_hopper())
    builder = BagBuilder(tmp_path_factory.mktemp('bags') / 'visit')
    builder.pictures('/camera/image_raw', [clip.render(BEGIN + n / 30) for n in range(COUNT)])
    builder.add('/secret', TYPES.types['my_robot_msgs/msg/Secret'](number=1), time=START)
    return builder.close()


def replay(*arguments) -> int:
    return main([str(argument) for argument in ('--detector', 'cascade', *arguments)])


@pytest.fixture(scope='module')
def out(bag, tmp_path_factory) -> Path:
    """Return the results of a replay with labels."""
    folder = tmp_path_factory.mktemp('out')
    labels = folder / 'labels.csv'
    labels.write_text('from,to,emotion\n0,1,happiness\n')
    assert replay(bag, '--out', folder / 'out', '--labels', labels) == 0
    return folder / 'out'


def messages(folder) -> list:
    with Reader(folder / 'bag') as reader:
        return [
            (link.topic, time, typestore().deserialize_cdr(data, link.msgtype))
            for link, time, data in reader.messages()
        ]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob('*'))
        if path.is_file() and path.name != 'summary.json'
    }


def test_the_new_recording_has_faces_and_emotions_at_the_times_of_the_pictures(out):
    found = messages(out)
    faces = [(time, message) for topic, time, message in found if topic == '/faces']
    emotions = [message for topic, _, message in found if topic == '/emotion']
    assert [time for time, _ in faces] == [START + n * STEP for n in range(COUNT)]
    assert len(emotions) == sum(len(message.faces) for _, message in faces) >= COUNT
    time, message = faces[-1]
    stamp = message.header.stamp
    assert stamp.sec * 10**9 + stamp.nanosec == time and message.header.frame_id == 'camera'
    assert (message.image_width, message.image_height) == (640, 480)
    crop = message.faces[0].crop
    assert (crop.encoding, crop.width, crop.step, len(crop.data)) == ('bgr8', 96, 288, 96 * 288)
    last = emotions[-1]
    assert sum(last.probabilities) == pytest.approx(1, abs=1e-3)
    assert last.processing_time.sec == last.processing_time.nanosec == 0
    assert last.model.startswith('cp_xception ')


def test_two_runs_give_the_same_bytes(bag, out, tmp_path):
    labels = out.parent / 'labels.csv'
    assert replay(bag, '--out', tmp_path / 'b', '--labels', labels, '--threads', 3) == 0
    assert digests(tmp_path / 'b') == digests(out)


def test_the_table_has_a_row_for_each_face_of_each_picture(out):
    with (out / 'emotions.csv').open() as file:
        rows = list(csv.DictReader(file))
    emotions = [message for topic, _, message in messages(out) if topic == '/emotion']
    assert [row['face_id'] for row in rows] == [message.face_id for message in emotions]
    assert [row['emotion'] for row in rows] == [message.name for message in emotions]
    assert rows[0]['time'] == '0.000' and rows[0]['stamp'] == '1700000000.000000000'
    assert float(rows[-1]['happiness']) == pytest.approx(emotions[-1].probabilities[3], abs=1e-4)


def test_the_summary_tells_what_was_seen_and_how_fast(out):
    summary = json.loads((out / 'summary.json').read_text())
    assert (summary['pictures'], summary['topic']) == (COUNT, '/camera/image_raw')
    assert summary['faces'][0]['number'] == 1 and summary['score']['labelled_pictures'] == COUNT
    assert summary['performance']['times_real_time'] > 0
    shares = summary['performance']['stage_shares']
    assert set(shares) == {'read', 'decode', 'detect', 'track', 'classify', 'write'}


def test_a_second_run_does_not_replace_the_first_unasked(bag, out, capsys):
    before = digests(out)
    assert replay(bag, '--out', out) == 1
    assert 'exists: give another --out, or --overwrite' in capsys.readouterr().err
    assert digests(out) == before
    assert replay(bag, '--out', out, '--overwrite', '--labels', out.parent / 'labels.csv') == 0
    assert digests(out) == before


def test_what_is_not_looked_at_is_named(bag, tmp_path, capsys):
    assert replay(bag, '--out', tmp_path / 'out') == 0
    assert capsys.readouterr().err.count('/secret (my_robot_msgs/msg/Secret)') == 1


def test_a_recording_that_is_cut_off_is_replayed_up_to_the_cut(tmp_path, capsys):
    path = write_bag(tmp_path / 'bag', numbered(40))
    cut(part(path), 0.5)
    assert replay(path, '--out', tmp_path / 'out') == 0
    assert 'cut off' in capsys.readouterr().err
    assert 15 < json.loads((tmp_path / 'out/summary.json').read_text())['pictures'] < 25


def test_an_interrupted_replay_writes_what_it_has_seen(bag, tmp_path, monkeypatch):
    steps = []

    def step(self):
        steps.append(self)
        if len(steps) == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, 'step', step)
    before = signal.getsignal(signal.SIGINT)
    assert replay(bag, '--out', tmp_path / 'out') == 130
    assert json.loads((tmp_path / 'out/summary.json').read_text())['pictures'] == 3
    assert len([1 for topic, _, _ in messages(tmp_path / 'out') if topic == '/faces']) == 3
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (lambda path: path, 'no such file'),
        (lambda path: write_bag(path, []), 'no pictures on /image_raw'),
        (lambda path: write_bag(path, numbered(3), topic='/other'), 'no pictures on /image_raw'),
    ],
)
def test_what_cannot_be_replayed_is_told_in_one_line(tmp_path, capsys, make, words):
    make(tmp_path / 'bag')
    arguments = ['--topic', '/image_raw'] if (tmp_path / 'bag').exists() else []
    assert replay(tmp_path / 'bag', '--out', tmp_path / 'out', *arguments) == 1
    error = capsys.readouterr().err
    assert words in error and error.count('\n') == 1 and not (tmp_path / 'out').exists()


def test_pictures_of_which_none_can_be_read_leave_nothing_behind(tmp_path, capsys):
    builder = BagBuilder(tmp_path / 'bag')
    message = image(grey(1), START)
    message.encoding = 'mystery'
    builder.add('/image_raw', message)
    assert replay(builder.close(), '--out', tmp_path / 'out') == 1
    error = capsys.readouterr().err
    assert "'mystery' is not supported" in error and 'no picture in it could be used' in error
    assert not (tmp_path / 'out').exists()


def test_it_runs_where_ros_is_not_installed(bag, tmp_path):
    script = (
        'import sys\n'
        "for name in ('rclpy', 'sensor_msgs', 'cp_xception_msgs', 'rosbag2_py'):\n"
        '    sys.modules[name] = None\n'
        'from cp_xception_ros.cli.replay import main\n'
        'sys.exit(main(sys.argv[1:]))\n'
    )
    command = [sys.executable, '-c', script, str(bag), '--detector', 'cascade', '--out']
    done = subprocess.run([*command, str(tmp_path / 'out')], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 'x real time' in done.stdout


GROWTH = """
import resource, sys
from cp_xception_ros.replay.engine import Engine
from cp_xception_ros.replay.source import open_recording

class Nobody:
    name = 'nobody'
    def detect(self, bgr): return []
class Reader:
    model = ''
    def read(self, ids, crops, stamp): return []

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

engine, recording = Engine(Nobody, Reader(), workers=2), open_recording(sys.argv[1])
for number, _ in enumerate(engine.run(recording.shots)):
    if number == 20:
        before = peak()
print(number + 1, peak() - before)
"""


@pytest.mark.parametrize('storage', ['mcap', 'sqlite3'])
def test_memory_does_not_grow_with_the_recording(tmp_path, storage):
    picture = np.zeros((480, 640, 3), np.uint8)
    path = write_bag(tmp_path / 'bag', (picture for _ in range(120)), storage=storage)
    done = subprocess.run(
        [sys.executable, '-c', GROWTH, str(path)], capture_output=True, text=True, check=True
    )
    pictures, megabytes = done.stdout.split()
    # All of them are 110 MB.
    assert int(pictures) == 120 and float(megabytes) < 30


# Parameters


def test_the_parameters_are_those_that_the_nodes_have_by_default():
    parameters = read_parameters()
    assert (parameters.track_timeout, parameters.time_constant) == (1.0, 0.5)


@pytest.mark.parametrize(
    'section', ['emotion_classifier', '/**/emotion_classifier', '/**', '/a/emotion_classifier']
)
def test_a_parameter_file_of_the_nodes_counts(tmp_path, section):
    path = tmp_path / 'mine.yaml'
    path.write_text(f'{section}:\n  ros__parameters:\n    hysteresis: 0.3\n')
    parameters = read_parameters(path, detector='cascade', model_path=None)
    assert (parameters.hysteresis, parameters.detector) == (0.3, 'cascade')
    assert parameters.time_constant == 0.5


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('a: [', 'mine.yaml'),
        ('- a', 'needs sections'),
        ('face_detector: 5', 'needs sections'),
        ('face_detector: {ros__parameters: {detection_width: wide}}', "detection_width='wide'"),
        ('face_detector: {ros__parameters: {detector: true}}', 'detector=True'),
    ],
)
def test_a_parameter_file_that_is_wrong_is_named(tmp_path, text, words):
    path = tmp_path / 'mine.yaml'
    path.write_text(text)
    with pytest.raises(ParameterFileError) as caught:
        read_parameters(path)
    assert words in str(caught.value) and '\n' not in str(caught.value)


def test_a_parameter_out_of_range_ends_it_with_one_line(bag, tmp_path, capsys):
    path = tmp_path / 'mine.yaml'
    path.write_text('/**: {ros__parameters: {hysteresis: 7.0}}')
    assert replay(bag, '--config', path, '--out', tmp_path / 'out') == 1
    assert 'hysteresis 7.0: must be 0 to 1' in capsys.readouterr().err


# Messages


def test_every_message_of_the_package_has_its_definition():
    folder = find('cp_xception_msgs/msg/FaceArray.msg').parent
    names = {f'cp_xception_msgs/msg/{path.stem}' for path in folder.glob('*.msg')}
    assert len(names) == 11 and names <= set(typestore().types)


# Progress


class Terminal:
    def __init__(self, is_terminal=True):
        self.text, self._is_terminal = '', is_terminal

    def isatty(self):
        return self._is_terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_the_bar_tells_the_time_that_is_left():
    progress = Progress('visit', 100, Terminal())
    for _ in range(25):
        progress.step()
    assert progress.line(10.0) == f'visit [{"#" * 8:<30}]  25%, 30 s left'


def test_a_bar_without_an_end_tells_the_rate():
    progress = Progress('visit', None, Terminal())
    progress.step()
    assert progress.line(0.5) == 'visit: 1 pictures, 2 a second'


def test_lines_are_printed_above_the_bar_and_nothing_is_drawn_into_a_file():
    screen, file = Terminal(), Terminal(False)
    for stream in (screen, file):
        with Progress('visit', 10, stream, iter(range(1, 10)).__next__) as progress:
            progress.step()
            progress.say('hello')
    assert 'visit [' in screen.text and 'hello\n' in screen.text
    assert file.text == 'hello\n'


@pytest.mark.parametrize(
    ('seconds', 'text'), [(0, '0 s'), (59.6, '1:00 min'), (125, '2:05 min'), (7260, '2:01 h')]
)
def test_durations_are_for_people(seconds, text):
    assert duration(seconds) == text


def test_compressed_pictures_give_much_the_same(bag, out, tmp_path):
    clip = ClipRenderer(load_collins(), load_hopper())
    pictures = [clip.render(BEGIN + n / 30) for n in range(COUNT)]
    path = write_bag(tmp_path / 'bag', pictures, topic='/image_raw/compressed', make=jpeg)
    assert replay(path, '--out', tmp_path / 'out') == 0
    first, second = (
        json.loads((folder / 'summary.json').read_text()) for folder in (out, tmp_path / 'out')
    )
    assert [f['pictures'] for f in second['faces']] == pytest.approx(
        [f['pictures'] for f in first['faces']], abs=2
    )
