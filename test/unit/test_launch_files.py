"""The structure of the launch files, where launch_ros is not installed: stand-ins take its place.

`test/ros/test_launch.py` runs them for real.
"""

import importlib
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
ARGUMENTS = {
    'camera', 'composed', 'config', 'image', 'log_level', 'namespace', 'record', 'source',
}  # fmt: skip


class Recorded:
    """Keeps what it was made with."""

    def __init__(self, *args, **kwargs):
        self.args = args
        self.__dict__.update(kwargs)


class Configuration(Recorded):
    def perform(self, context):
        return context[self.args[0]]


@pytest.fixture
def stand_ins(monkeypatch):
    """Put the stand-ins in place of launch and launch_ros."""
    for module, names in STAND_INS.items():
        stand_in = ModuleType(module)
        for name in names:
            setattr(stand_in, name, type(name, (Recorded,), {}))
        monkeypatch.setitem(sys.modules, module, stand_in)
    sys.modules['launch.substitutions'].LaunchConfiguration = Configuration
    monkeypatch.delitem(sys.modules, 'cp_xception_ros.nodes.launching', raising=False)
    yield
    sys.modules.pop('cp_xception_ros.nodes.launching', None)


@pytest.fixture
def launching(stand_ins):
    return importlib.import_module('cp_xception_ros.nodes.launching')


@pytest.fixture
def perception(launching):
    """Return the actions of perception.launch.py."""
    return description('perception.launch.py')


def description(file):
    [actions] = runpy.run_path(str(LAUNCH / file))['generate_launch_description']().args
    return actions


def of_type(actions, name):
    return [action for action in actions if type(action).__name__ == name]


def nodes(launching, actions, **arguments):
    """Return the processes that a launch description starts with these arguments."""
    [start] = of_type(actions, 'OpaqueFunction')
    context = {name: default for name, (default, _) in launching.ARGUMENTS.items()}
    return of_type(start.function({**context, **arguments}), 'Node')


def test_the_arguments_are_declared_with_defaults_and_words(perception):
    declared = of_type(perception, 'DeclareLaunchArgument')
    assert {argument.args[0] for argument in declared} == ARGUMENTS | {'use_sim_time'}
    assert all(argument.description for argument in declared)


def test_the_transport_profile_is_set_unless_the_user_has(launching, monkeypatch):
    for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE'):
        monkeypatch.delenv(name, raising=False)
    [variable] = of_type(description('perception.launch.py'), 'SetEnvironmentVariable')
    assert variable.args[1].endswith('fastdds_shm.xml')
    monkeypatch.setenv('FASTDDS_DEFAULT_PROFILES_FILE', '/mine.xml')
    assert not of_type(description('perception.launch.py'), 'SetEnvironmentVariable')


def test_a_process_for_each_node(launching, perception):
    started = nodes(launching, perception, source='clip', image='/eye', namespace='kitchen')
    assert [node.executable for node in started] == [
        'emotion_classifier',
        'face_detector',
        'camera',
    ]
    camera = started[-1]
    assert {'video_device': 'clip'} in camera.parameters
    assert ('image_raw', '/eye') in camera.remappings
    assert camera.namespace == 'kitchen'


def test_judy_starts_the_perception_and_more(launching, perception):
    everything = {node.executable for node in nodes(launching, description('judy.launch.py'))}
    assert everything == {node.executable for node in nodes(launching, perception)} | {
        'audio_output',
        'dialogue_manager',
        'speech_input',
    }


@pytest.mark.parametrize('file', ['perception.launch.py', 'judy.launch.py'])
def test_nothing_is_recorded_unless_a_folder_is_given(launching, file):
    assert 'recorder' not in [n.executable for n in nodes(launching, description(file))]
    started = nodes(launching, description(file), record='/tmp/visits')
    [recorder] = [node for node in started if node.executable == 'recorder']
    assert {'recording': True, 'folder': '/tmp/visits'} in recorder.parameters
    [judy] = nodes(launching, description(file), composed='true', record='/tmp/visits')
    assert judy.arguments[-2:] == ['--record', '/tmp/visits']


def test_no_camera_where_the_robot_has_its_own(launching, perception):
    started = nodes(launching, perception, camera='false')
    assert 'camera' not in [node.executable for node in started]


def test_composed_is_one_process_without_a_name_of_its_own(launching, perception):
    [judy] = nodes(launching, perception, composed='true', source='clip')
    assert judy.executable == 'judy'
    assert judy.arguments == ['--quiet', '--no-talk', '--source', 'clip']
    assert not hasattr(judy, 'name')


@pytest.mark.parametrize(('status', 'again'), [(0, False), (78, False), (1, True), (-9, True)])
def test_only_failures_are_started_again_and_with_growing_delay(launching, status, again):
    running = SimpleNamespace(is_shutdown=False)
    delays, actions = [], launching.respawning(lambda: Recorded())
    for _ in range(3):
        [watch] = of_type(actions, 'RegisterEventHandler')
        timers = watch.args[0].on_exit(SimpleNamespace(returncode=status), running)
        if not timers:
            break
        delays.append(timers[0].period)
        actions = timers[0].actions
    assert delays == ([1.0, 2.0, 4.0] if again else [])


def test_nothing_is_started_again_during_shutdown(launching):
    [watch] = of_type(launching.respawning(lambda: Recorded()), 'RegisterEventHandler')
    ending = SimpleNamespace(is_shutdown=True)
    assert watch.args[0].on_exit(SimpleNamespace(returncode=1), ending) == []
