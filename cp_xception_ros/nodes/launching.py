"""What the launch files share: arguments, processes, and their restart."""

from collections.abc import Callable, Sequence
import os
import time

from launch.action import Action
from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
    TimerAction,
)
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from launch import LaunchContext, LaunchDescription

from ..resources import find
from . import transport
from .errors import EXIT_CONFIG

ARGUMENTS = {
    'source': ('', 'device, file, bag, folder, URL, clip or auto; empty: as in the config file'),
    'camera': ('true', 'false: pictures come from a camera or bag of yours'),
    'image': ('image_raw', 'topic of the pictures'),
    'config': (str(find('config/judy.yaml')), 'parameters of all nodes'),
    'record': ('', 'folder to record pictures and words into; empty: nothing is recorded'),
    'composed': ('false', 'all nodes in one process'),
    'namespace': ('', 'namespace of all nodes'),
    'use_sim_time': ('false', 'take the time from /clock'),
    'log_level': ('info', 'debug, info, warn, error or fatal'),
}
# Seconds before a node is started again: the first time, and at most.
FIRST_DELAY, LONGEST_DELAY = 1.0, 30.0
# A node that ran for so many seconds counts as well again.
HEALTHY = 60.0


def describe(executables: Sequence[str], judy: Sequence[str] = ()) -> LaunchDescription:
    """Return a launch description of a process for each executable.

    With composed:=true there is one process instead: the command judy with the options `judy`.
    """
    arguments = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    profile = transport.environment(os.environ)
    environment = [SetEnvironmentVariable(name, value) for name, value in profile.items()]
    start = OpaqueFunction(function=lambda context: start_nodes(context, executables, judy))
    return LaunchDescription([*arguments, *environment, start])


def start_nodes(
    context: LaunchContext, executables: Sequence[str], judy: Sequence[str]
) -> list[Action]:
    """Start the processes that the arguments ask for."""
    values = {name: LaunchConfiguration(name).perform(context) for name in ARGUMENTS}
    camera = is_true(values['camera'])
    if is_true(values['composed']):
        options = ['--quiet', *judy, *([] if camera else ['--no-camera'])]
        if values['record']:
            options += ['--record', values['record']]
        if camera and values['source']:
            options += ['--source', values['source']]
        return respawning(lambda: node('judy', values, options))
    wanted = [name for name in executables if camera or name != 'camera']
    if values['record']:
        wanted.insert(0, 'recorder')
    return [
        action
        for name in wanted
        for action in respawning(lambda name=name: node(name, values))  # type: ignore[misc]
    ]


def node(executable: str, values: dict[str, str], arguments: list[str] | None = None) -> Node:
    """Return one process; no name is set, since that would rename every node in it."""
    parameters = [values['config'], {'use_sim_time': is_true(values['use_sim_time'])}]
    if executable == 'camera' and values['source']:
        parameters.append({'video_device': values['source']})
    if executable == 'recorder':
        parameters.append({'recording': True, 'folder': values['record']})
    return Node(
        package='cp_xception_ros',
        executable=executable,
        namespace=values['namespace'],
        parameters=parameters,
        remappings=[
            ('image_raw', values['image']),
            ('image_raw/compressed', f'{values["image"]}/compressed'),
        ],
        arguments=arguments or [],
        ros_arguments=['--log-level', values['log_level']],
        output='screen',
        emulate_tty=True,
    )


def respawning(make: Callable[[], Node], delay: float = FIRST_DELAY) -> list[Action]:
    """Start a process; start it again, later each time, unless it was told to end or cannot run.

    launch_ros's own respawn knows neither exit statuses nor a growing delay.
    """
    process, started = make(), time.monotonic()

    def on_exit(event: ProcessExited, context: LaunchContext) -> list[Action]:
        if event.returncode in (0, EXIT_CONFIG) or context.is_shutdown:
            return []
        wait = FIRST_DELAY if time.monotonic() - started > HEALTHY else delay
        again = respawning(make, min(2 * wait, LONGEST_DELAY))
        return [TimerAction(period=wait, actions=again)]

    watch = RegisterEventHandler(OnProcessExit(target_action=process, on_exit=on_exit))
    return [watch, process]


def is_true(text: str) -> bool:
    return text.lower() in ('true', '1', 'yes', 'on')
