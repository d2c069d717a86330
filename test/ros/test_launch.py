"""The launch files, run for real: needs launch_ros and a sourced workspace with this package."""

from collections.abc import Iterator
import contextlib
import os
import re
import signal
import subprocess
import sys
import time

from cp_xception_msgs.msg import EmotionStamped, FaceArray
import pytest
from sensor_msgs.msg import Image

from cp_xception_ros.nodes import qos

pytest.importorskip('launch_ros', reason='launch_ros is not installed')
packages = pytest.importorskip('ament_index_python.packages')
try:
    packages.get_package_prefix('cp_xception_ros')
except (LookupError, OSError):
    pytest.skip('no workspace with cp_xception_ros is sourced', allow_module_level=True)

LAUNCH = """\
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
path, *arguments = sys.argv[1:]
service = LaunchService()
service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
    PythonLaunchDescriptionSource(path),
    launch_arguments=[tuple(a.split(':=', 1)) for a in arguments])]))
sys.exit(service.run())
"""
STARTED = re.compile(r'\[(\w+)-\d+\]: process started with pid \[(\d+)\]')


class Launched:
    """A launch file that runs, and what it has printed so far."""

    def __init__(self, process, log):
        self._process, self._log = process, log

    def output(self) -> str:
        return self._log.read_text()

    def started(self, name) -> list[int]:
        """Return the process ids of every start of an executable."""
        return [int(pid) for n, pid in STARTED.findall(self.output()) if n == name]

    def stop(self) -> str:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(20)
        return self.output()


@pytest.fixture
def launch(root, domain, tmp_path) -> Iterator:
    running = []

    def start(file, *arguments):
        log = tmp_path / 'launch.log'
        process = subprocess.Popen(
            [sys.executable, '-c', LAUNCH, str(root / 'launch' / file), *arguments],
            env={**os.environ, 'ROS_DOMAIN_ID': str(domain)},
            stdout=log.open('w'),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        running.append(process)
        return Launched(process, log)

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize(
    ('file', 'composed', 'processes'),
    [
        ('judy.launch.py', 'false', 6),
        ('judy.launch.py', 'true', 1),
        ('perception.launch.py', 'false', 3),
        ('perception.launch.py', 'true', 1),
    ],
)
def test_emotions_come_and_every_process_ends_cleanly(ros, launch, file, composed, processes):
    emotions = ros.collect(EmotionStamped, 'emotion', qos.EVENT)
    launched = launch(file, 'source:=clip', f'composed:={composed}')
    ros.until(lambda: len(emotions) > 5)
    output = launched.stop()
    assert output.count('process has finished cleanly') == processes


@pytest.mark.parametrize('composed', ['false', 'true'])
def test_a_namespace_holds_all_topics_and_parameters_still_count(ros, launch, tmp_path, composed):
    config = tmp_path / 'mine.yaml'
    config.write_text('/**/camera:\n  ros__parameters: {frame_id: my_eye}\n')
    emotions = ros.collect(EmotionStamped, '/kitchen/emotion', qos.EVENT)
    launch(
        'perception.launch.py',
        'source:=clip',
        'namespace:=kitchen',
        f'config:={config}',
        f'composed:={composed}',
    )
    ros.until(lambda: emotions)
    assert emotions[0].header.frame_id == 'my_eye'


@pytest.mark.parametrize('composed', ['false', 'true'])
def test_without_its_camera_it_takes_the_pictures_of_another(ros, launch, composed):
    faces = ros.collect(FaceArray, 'faces', qos.EVENT)
    publisher = ros.tester.create_publisher(Image, '/my/camera/image_raw', qos.IMAGE_OUT)
    launched = launch(
        'perception.launch.py',
        'camera:=false',
        'image:=/my/camera/image_raw',
        f'composed:={composed}',
    )
    picture = Image(height=48, width=64, encoding='mono8', step=64, data=bytes(48 * 64))

    def publish():
        picture.header.stamp = ros.tester.get_clock().now().to_msg()
        publisher.publish(picture)

    ros.until(lambda: faces, each=publish)
    assert faces[0].image_width == 64
    assert not launched.started('camera')


def test_a_killed_node_is_started_again_later_each_time(ros, launch):
    launched = launch('perception.launch.py', 'source:=clip')
    starts = []
    for count in (1, 2, 3):
        ros.until(lambda count=count: len(launched.started('face_detector')) == count)
        starts.append(time.monotonic())
        os.kill(launched.started('face_detector')[-1], signal.SIGKILL)
    assert starts[1] - starts[0] > 0.9
    assert starts[2] - starts[1] > 1.9


def test_a_bad_parameter_is_started_once(ros, launch, tmp_path):
    config = tmp_path / 'bad.yaml'
    config.write_text('/**/face_detector:\n  ros__parameters: {detector: nonsense}\n')
    launched = launch('perception.launch.py', 'source:=clip', f'config:={config}')
    ros.until(lambda: 'exit code 78' in launched.output())
    ros.spin(3.0)
    assert len(launched.started('face_detector')) == 1
    assert 'nonsense' in launched.output()
