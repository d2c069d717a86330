"""The machine, the versions and the commit that a measurement belongs to."""

from importlib.metadata import PackageNotFoundError, version
import os
from pathlib import Path
import platform
import subprocess
import time
from typing import Any

PACKAGES = ('rclpy', 'numpy', 'opencv-python-headless', 'onnxruntime')


def describe() -> dict[str, Any]:
    """Return what has to be known to compare two measurements; takes the load now."""
    return {
        'time': time.strftime('%Y-%m-%dT%H:%M:%S%z'),
        'cpu': cpu_model(_read('/proc/cpuinfo')),
        'cores': len(os.sched_getaffinity(0)),
        'load_before': [round(load, 2) for load in os.getloadavg()],
        'system': platform.platform(),
        'python': platform.python_version(),
        'versions': {name: _version(name) for name in PACKAGES},
        'commit': _commit(),
    }


def lines(about: dict[str, Any]) -> list[str]:
    """Return what `describe` found for people."""
    versions = ', '.join(f'{name} {number}' for name, number in about['versions'].items())
    load = ' '.join(map(str, about['load_before']))
    return [
        f'{about["cpu"]}, {about["cores"]} cores, load before {load}',
        f'{about["system"]}, Python {about["python"]}, {versions}',
        f'commit {about["commit"]}, {about["time"]}',
    ]


def cpu_model(cpuinfo: str) -> str:
    """Return the processor's name from the text of /proc/cpuinfo; ARM kernels do not say it."""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(':')
        if key.strip() in ('model name', 'Model'):
            return value.strip()
    return platform.machine()


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ''


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # Debian's OpenCV comes without metadata
        return 'unknown'


def _commit() -> str:
    command = ['git', 'describe', '--always', '--dirty', '--abbrev=12']
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return 'unknown'
    return done.stdout.strip() or 'unknown'
