"""Real rclpy and DDS: a domain of its own for every test, nodes in this process or in others."""

from collections.abc import Callable, Iterator
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from domains import own_domain
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('cp_xception_msgs.msg', reason='cp_xception_msgs is not built')

from chat_server import ChatServer
from dialogue_stage import Stage
import rclpy
from rclpy.executors import SingleThreadedExecutor

# Generous: the machine may be busy with other things.
DEADLINE = 60.0


@pytest.fixture
def domain() -> Iterator[int]:
    """Yield a ROS_DOMAIN_ID that no other test on this machine uses at the same time."""
    with own_domain() as number:
        yield number


class Ros:
    """Nodes of this process, spun by the test."""

    def __init__(self, domain: int) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=domain)
        self.executor = SingleThreadedExecutor(context=self.context)
        self._nodes: list = []
        self.tester = self.add(rclpy.create_node('tester', context=self.context))

    def add(self, node):
        """Spin a node as well; one of ours is started."""
        self._nodes.append(node)
        self.executor.add_node(node)
        if hasattr(node, 'start'):
            node.start()
        return node

    def make(self, factory: Callable, **parameters):
        """Build one of our nodes with parameters, and start it."""
        overrides = [rclpy.Parameter(name, value=value) for name, value in parameters.items()]
        return self.add(factory(context=self.context, parameter_overrides=overrides))

    def collect(self, kind, topic, qos) -> list:
        """Return a list that fills with what comes on the topic."""
        got: list = []
        self.tester.create_subscription(kind, topic, got.append, qos)
        return got

    def until(self, condition: Callable[[], object], each: Callable[[], object] | None = None):
        """Spin until the condition holds, calling `each` about twenty times a second."""
        deadline = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < deadline, 'nothing came in time'
            if each is not None:
                each()
            self.spin(0.05)

    def spin(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.executor.spin_once(timeout_sec=left)

    def close(self) -> None:
        for node in self._nodes:
            if hasattr(node, 'close'):
                node.close()
                assert node.join(5.0)
        self.executor.shutdown()
        for node in self._nodes:
            node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def ros(domain: int) -> Iterator[Ros]:
    nodes = Ros(domain)
    yield nodes
    nodes.close()


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tester's own keys out of the tests."""
    for name in ('DEEPSEEK', 'JUDY_CHAT', 'JUDY_ASR', 'JUDY_TTS', 'OPENAI'):
        monkeypatch.delenv(f'{name}_API_KEY', raising=False)


@pytest.fixture
def stage(ros: Ros) -> Iterator[Callable[..., Stage]]:
    """Yield what makes a dialogue_manager, with a model that behaves as told."""
    servers: list[ChatServer] = []

    def make(*behaviours, **parameters) -> Stage:
        server = ChatServer(*behaviours).start() if behaviours else None
        servers.extend([server] if server else [])
        return Stage(ros, server, **parameters)

    yield make
    for server in servers:
        server.stop()


class Process:
    """A process of this package in a ROS domain."""

    def __init__(self, module: str, *args: str, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, '-m', module, *args],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        self._lines.extend(self._process.stdout)

    @property
    def output(self) -> str:
        """All that was printed so far."""
        return ''.join(list(self._lines))

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds, or the process has ended."""
        deadline = time.monotonic() + DEADLINE
        while self.running() and not condition():
            assert time.monotonic() < deadline, f'it never came to that: {self.output}'
            time.sleep(0.05)

    def wait(self) -> tuple[int, str]:
        """Return the exit status and all that was printed."""
        self._process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        return self._process.returncode, self.output

    def type(self, line: str) -> None:
        """Type a line on its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + '\n')
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def interrupt(self) -> tuple[int, str]:
        self.signal(signal.SIGINT)
        return self.wait()

    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join(DEADLINE)


@pytest.fixture
def run(domain: int) -> Iterator[Callable[..., Process]]:
    """Yield what starts `python -m MODULE ARGS…`; what still runs at the end is killed."""
    processes: list[Process] = []

    def start(module: str, *args: object, **env: str | None) -> Process:
        full = {**os.environ, 'ROS_DOMAIN_ID': str(domain), **env}
        full['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
        present = {name: value for name, value in full.items() if value is not None}
        process = Process(f'cp_xception_ros.{module}', *map(str, args), env=present)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
