"""Plays one scenario: starts the robot, takes the steps, and says what did not come."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import singledispatchmethod
import os
from pathlib import Path
import tempfile
import time

from domains import own_domain
import rclpy
from rclpy.executors import SingleThreadedExecutor

from cp_xception_ros.nodes import transport
from cp_xception_ros.nodes.camera import CameraNode

from .expectation import PATIENCE, Expectation
from .model import model_server
from .observer import Observer
from .pictures import StageCamera, open_reel
from .robot import Robot, parameters_of
from .rules import broken_rules
from .script import Action, Say, Scenario, Show, Type, Wait
from .timeline import Timeline, Watch

Line = Callable[[str], None]
_START = 120.0
"""Seconds for all of the robot to come up; usually two or three."""
_SETTLING = 0.5
"""Seconds for what should never come to come all the same."""


class Failed(Exception):
    """The robot did something else than was expected; the text tells what, and what instead."""


@dataclass
class _Stage:
    timeline: Timeline
    watch: Watch
    camera: StageCamera
    observer: Observer
    robot: Robot
    executor: SingleThreadedExecutor

    def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Let things happen until the condition holds; False where it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            if not self.robot.running:
                raise Failed(f'judy has ended; its last words:\n{self.robot.last_words}')
            self.executor.spin_once(timeout_sec=0.02)
        return True


def play(scenario: Scenario, show: Line) -> float:
    """Play it with real nodes, showing what happens line by line; return the seconds it took.

    Raises Failed.
    """
    begun = time.monotonic()
    timeline = Timeline(show)
    with _set(scenario, timeline) as stage:
        performance = _Performance(stage, show)
        if not stage.until(lambda: not stage.observer.missing(), _START):
            missing = ', '.join(stage.observer.missing())
            raise Failed(f'{missing}: nobody there after {_START:g} s\n{stage.robot.last_words}')
        for number, step in enumerate(scenario.steps, 1):
            performance.begin(number)
            performance.take(step)
        stage.until(lambda: False, _SETTLING)
        _end(stage, scenario)
    return time.monotonic() - begun


class _Performance:
    """Takes one step after the other."""

    def __init__(self, stage: _Stage, show: Line) -> None:
        self._stage, self._show = stage, show
        self._number, self._last_action = 0, 'the start'

    def begin(self, number: int) -> None:
        self._number = number
        self._stage.watch.begin_step()

    @singledispatchmethod
    def take(self, step: Action) -> None:
        raise NotImplementedError(step)

    @take.register
    def _(self, step: Show) -> None:
        reel = open_reel(step.picture)
        self._act('show', str(step))
        self._stage.camera.show(reel)
        self._stage.until(lambda: False, step.seconds)

    @take.register
    def _(self, step: Wait) -> None:
        self._stage.until(lambda: False, step.seconds)

    @take.register
    def _(self, step: Type) -> None:
        self._act('type', step.text, new_turn=True)
        self._stage.observer.type(step.text)

    @take.register
    def _(self, step: Say) -> None:
        stage, before = self._stage, self._stage.timeline.newest_turn
        self._act('say', step.text, new_turn=True)
        stage.observer.raise_voice(True)
        if not stage.until(lambda: stage.timeline.newest_turn > before, PATIENCE):
            raise self._failure('a new turn when a voice begins', PATIENCE)
        stage.observer.raise_voice(False)
        stage.observer.say(step.text)

    @take.register
    def _(self, step: Expectation) -> None:
        found = lambda: self._stage.watch.find(step.kind, step.met_by)  # noqa: E731
        if not self._stage.until(found, step.within):
            raise self._failure(str(step), step.within)
        self._show(f'         ✓ step {self._number}: {step}')

    def _act(self, verb: str, what: str, new_turn: bool = False) -> None:
        self._last_action = f'step {self._number} ({verb} {what})'
        self._stage.watch.act(new_turn)
        self._stage.timeline.add(verb, what)

    def _failure(self, wanted: str, seconds: float) -> Failed:
        instead = [f'  {event}' for event in self._stage.watch.since()]
        return Failed(
            f'step {self._number}: expected {wanted}, which did not come within {seconds:g} s;\n'
            f'since {self._last_action} there was instead:\n' + ('\n'.join(instead) or '  nothing')
        )


def _end(stage: _Stage, scenario: Scenario) -> None:
    """Check what must hold of the whole; raises Failed."""
    status = stage.robot.end()
    if status != 0 or stage.robot.crashed:
        raise Failed(f'judy ended with {status}; its last words:\n{stage.robot.last_words}')
    events = stage.timeline.events
    problems = [
        f'this should never come ({unwanted}): {event}'
        for unwanted in scenario.never
        for event in events
        if unwanted.met_by(event)
    ]
    problems += broken_rules(events)
    spoken = any(event.kind == 'speech' and event.value == 'speaking' for event in events)
    if spoken and not stage.robot.audible:
        problems.append('speech was reported, but there is no sound in the WAV files')
    if problems:
        raise Failed('\n'.join(problems))


@contextmanager
def _set(scenario: Scenario, timeline: Timeline) -> Iterator[_Stage]:
    """Yield everything that takes part; the robot is a process, the camera a node of ours."""
    with ExitStack() as stack:
        domain = stack.enter_context(own_domain())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix='judy-scenario-')))
        os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
        os.environ.update(transport.environment(os.environ))
        url = stack.enter_context(
            model_server(
                scenario.answers, scenario.reachable, lambda text: timeline.add('asked', text)
            )
        )
        parameters = parameters_of(scenario.parameters, url, folder)
        robot = stack.enter_context(Robot(parameters, domain, folder))
        context = rclpy.Context()
        rclpy.init(context=context, domain_id=domain)
        stack.callback(context.try_shutdown)
        executor = SingleThreadedExecutor(context=context)
        stack.callback(executor.shutdown)
        observer = Observer(timeline, context=context)
        camera = StageCamera()
        camera_node = CameraNode(open=lambda *_: camera, context=context)
        for node in (observer, camera_node):
            stack.callback(node.destroy_node)
            executor.add_node(node)
        stack.callback(camera_node.join, 5.0)
        stack.callback(camera_node.close)
        camera_node.start()
        yield _Stage(timeline, Watch(timeline), camera, observer, robot, executor)
