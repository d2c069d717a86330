"""The structure of the launch files, where launch_ros is not installed: stand-ins take its place.

`test/ros/test_launch.py` runs them for real.
"""

from pathlib import Path
import runpy
import sys
from types import ModuleType, SimpleNamespace

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

LAUNCH = Path(__file__).parents[2] / 'launch'
STAND_INS = {
    'launch': ['LaunchContext', 'LaunchDescription'],
    'launch.action': ['Action'],
    'launch.actions': [
        'DeclareLaunchArgument',
        'IncludeLaunchDescription',
        'OpaqueFunction',
        'RegisterEventHandler',
        'SetEnvironmentVariable',
        'TimerAction',
    ],
    'launch.event_handlers': ['OnProcessExit'],
    'launch.events': [],
    'launch.events.process': ['ProcessExited'],
    'launch.launch_description_sources': ['PythonLaunchDescriptionSource'],
    'launch.substitutions': ['LaunchConfiguration'],
    'launch_ros': [],
    'launch_ros.actions': ['Node'],
}
ARGUMENTS = {'camera', 'composed', 'config', 'image', 'log_level', 'namespace', 'source'}


class Recorded:
    """Keeps what it was made with."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.__dict__.update(kwargs)


class Configuration(Recorded):
    def perform(self, context):
        return context[self.args[0]]


@pytest.fixture
def launch(monkeypatch):
    """Return what loads a launch file."""
    for module, names in STAND_INS.items():
        stand_in = ModuleType(module)
        for name in names:
            setattr(stand_in, name, type(name, (Recorded,), {}))
        monkeypatch.setitem(sys.modules, module, stand_in)
    sys.modules['launch.substitutions'].LaunchConfiguration = Configuration
    return lambda file: SimpleNamespace(**runpy.run_path(str(LAUNCH / file)))


def of_type(actions, name):
    return [action for action in actions if type(action).__name__ == name]


def nodes(perception, **arguments):
    context = {name: default for name, (default, _) in perception.ARGUMENTS.items()}
    return of_type(perception.start_nodes({**context, **arguments}), 'Node')


def test_the_arguments_are_declared_with_defaults_and_words(launch):
    [actions] = launch('perception.launch.py').generate_launch_description().args
    declared = of_type(actions, 'DeclareLaunchArgument')
    assert {argument.args[0] for argument in declared} == ARGUMENTS | {'use_sim_time'}
    assert all(argument.description for argument in declared)


def test_judy_includes_the_perception(launch):
    [[include]] = launch('judy.launch.py').generate_launch_description().args
    assert include.args[0].args[0].endswith('perception.launch.py')


def test_the_transport_profile_is_set_unless_the_user_has(launch, monkeypatch):
    perception = launch('perception.launch.py')
    for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
        monkeypatch.delenv(name, raising=False)
    [actions] = perception.generate_launch_description().args
    [variable] = of_type(actions, 'SetEnvironmentVariable')
    assert variable.args[1].endswith('fastdds_shm.xml')
    monkeypatch.setenv('FASTDDS_DEFAULT_PROFILES_FILE', '/mine.xml')
    [actions] = perception.generate_launch_description().args
    assert not of_type(actions, 'SetEnvironmentVariable')


def test_a_process_for_each_node(launch):
    perception = launch('perception.launch.py')
    started = nodes(perception, source='clip', image='/eye', namespace='kitchen')
    assert [node.executable for node in started] == [
        'emotion_classifier',
        'face_detector',
        'camera',
    ]
    camera = started[-1]
    assert {'video_device': 'clip'} in camera.parameters
    assert ('image_raw', '/eye') in camera.remappings
    assert camera.namespace == 'kitchen'


def test_no_camera_where_the_robot_has_its_own(launch):
    started = nodes(launch('perception.launch.py'), camera='false')
    assert 'camera' not in [node.executable for node in started]


def test_composed_is_one_process_without_a_name_of_its_own(launch):
    [judy] = nodes(launch('perception.launch.py'), composed='true', source='clip')
    assert judy.executable == 'judy'
    assert judy.arguments == ['--quiet', '--source', 'clip']
    assert not hasattr(judy, 'name')


@pytest.mark.parametrize(('status', 'again'), [(0, False), (78, False), (1, True), (-9, True)])
def test_only_failures_are_started_again_and_with_growing_delay(launch, status, again):
    perception = launch('perception.launch.py')
    running = SimpleNamespace(is_shutdown=False)
    delays, actions = [], perception.respawning(lambda: Recorded())
    for _ in range(3):
        [watch] = of_type(actions, 'RegisterEventHandler')
        timers = watch.args[0].on_exit(SimpleNamespace(returncode=status), running)
        if not timers:
            break
        delays.append(timers[0].period)
        actions = timers[0].actions
    assert delays == ([1.0, 2.0, 4.0] if again else [])


def test_nothing_is_started_again_during_shutdown(launch):
    perception = launch('perception.launch.py')
    [watch] = of_type(perception.respawning(lambda: Recorded()), 'RegisterEventHandler')
    ending = SimpleNamespace(is_shutdown=True)
    assert watch.args[0].on_exit(SimpleNamespace(returncode=1), ending) == []
