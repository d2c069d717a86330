"""Processes that a case starts: each has a deadline, and none outlives its `with` block."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
import importlib.util
import math
import os
from pathlib import Path
import random
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType

from cp_xception_ros.nodes import transport

from .case import MeasuringFailed, NotMeasured

REPOSITORY = Path(__file__).resolve().parent.parent
TRAINING = REPOSITORY / '.venv-train/bin/python'
# Seconds that a process gets to end by itself after SIGINT.
FAREWELL = 5.0
POLL = 0.02
# UDP ports of a DDS domain: 7400 + 250 * domain, and the next 249 (RTPS 2.5, 9.6.2).
FIRST_PORT, PORTS, DOMAINS = 7400, 250, range(1, 100)


def python_with_torch() -> str:
    """Return an interpreter for the scripts of training/; NotMeasured without one."""
    if importlib.util.find_spec('torch'):
        return sys.executable
    if TRAINING.is_file():
        return str(TRAINING)
    raise NotMeasured('torch is not installed; make train-env installs it')


def own_environment(domain: int) -> dict[str, str]:
    """Return the environment that the launch file gives to our nodes."""
    bare = foreign_environment(domain)
    search = os.pathsep.join(filter(None, [str(REPOSITORY), bare.get('PYTHONPATH')]))
    return {**bare, **transport.environment(bare), 'PYTHONPATH': search}


def foreign_environment(domain: int) -> dict[str, str]:
    """Return the environment of somebody else's node: without our Fast DDS profile."""
    bare = {key: value for key, value in os.environ.items() if key not in transport.VARIABLES}
    return {
        **bare,
        'ROS_DOMAIN_ID': str(domain),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'PYTHONUNBUFFERED': '1',
    }


def free_domain() -> int:
    """Return a DDS domain that nobody on this machine is in."""
    table = Path('/proc/net/udp').read_text()
    taken = domains_in_use(table)
    return random.choice([domain for domain in DOMAINS if domain not in taken])


def domains_in_use(udp_table: str) -> set[int]:
    """Return the domains of the ports in the text of /proc/net/udp."""
    ports = [int(line.split()[1].split(':')[1], 16) for line in udp_table.splitlines()[1:]]
    return {(port - FIRST_PORT) // PORTS for port in ports if port >= FIRST_PORT}


def node_command(name: str, parameters: Mapping[str, str]) -> list[str]:
    """Return what `ros2 run cp_xception_ros NAME` runs, also where nothing is installed."""
    start = f'import sys; from cp_xception_ros.nodes.{name} import main; sys.exit(main())'
    settings = [part for item in parameters.items() for part in ('-p', ':='.join(item))]
    return [sys.executable, '-c', start, '--ros-args', *settings]


def judy_command(*arguments: str) -> list[str]:
    start = 'import sys; from cp_xception_ros.app import main; sys.exit(main())'
    return [sys.executable, '-c', start, *arguments]


class Child:
    """A process whose lines of output are kept with the time when they came."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.started = time.time()
        self._process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[tuple[float, str]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> 'Child':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in (signal.SIGINT, signal.SIGKILL):
            self._process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(FAREWELL)
                break
        self._reader.join(FAREWELL)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """Everything it has written so far."""
        return '\n'.join(text for _, text in self._lines)

    def first_line(self, wanted: Callable[[str], bool]) -> float | None:
        """Return when the first such line came, in seconds since the epoch."""
        return next((when for when, text in list(self._lines) if wanted(text)), None)

    def wait_for_line(self, wanted: Callable[[str], bool], timeout: float) -> float:
        """Return when the first such line came, in seconds since the epoch.

        Raises MeasuringFailed: it ends first, or does not come within `timeout` seconds.
        """
        problem = f'{self.name} is silent'
        wait_until(lambda: self.first_line(wanted) is not None, timeout, problem, [self])
        return self.first_line(wanted) or math.inf

    def finish(self, timeout: float, needed: Sequence['Child'] = ()) -> str:
        """Wait for its end and return its output.

        Raises MeasuringFailed: it takes longer than `timeout` seconds, its status is not 0, or
        one of the processes `needed` ends first.
        """
        wait_until(self.has_ended, timeout, f'{self.name} still runs', needed)
        self._reader.join(FAREWELL)
        if self._process.returncode:
            raise MeasuringFailed(self.obituary())
        return self.output

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def obituary(self) -> str:
        """Say how it ended, with its last words."""
        last = ' / '.join(self.output.splitlines()[-3:])
        return f'{self.name} ended with {self._process.returncode}: {last}'

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append((time.time(), line.rstrip('\n')))


def wait_until(
    condition: Callable[[], bool], timeout: float, problem: str, needed: Sequence[Child] = ()
) -> None:
    """Return when `condition` holds, which cannot be without the processes `needed`.

    Raises MeasuringFailed: `timeout` seconds are over, or one of the processes has ended.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise MeasuringFailed(f'{problem}, after {timeout:g} s')
        for child in needed:
            if child.has_ended():
                raise MeasuringFailed(child.obituary())
        time.sleep(POLL)
