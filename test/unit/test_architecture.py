"""The rules of who may import whom, read from the source without importing anything."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'cp_xception_ros'
ROS = {
    'ament_index_python', 'builtin_interfaces', 'cp_xception_msgs', 'cv_bridge',
    'diagnostic_msgs', 'geometry_msgs', 'launch', 'launch_ros', 'rcl_interfaces', 'rclpy',
    'sensor_msgs', 'std_msgs', 'std_srvs',
}  # fmt: skip
MESSAGES = {name for name in ROS if name.endswith(('_msgs', '_srvs'))} | {'builtin_interfaces'}
CAPABILITIES = ('dialogue', 'emotion', 'speech', 'vision')
FILES = sorted(PACKAGE.rglob('*.py'))


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of every import, relative ones resolved."""
    package = ('cp_xception_ros', *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = '.'.join([*base, *([node.module] if node.module else [])])
            yield from (f'{module}.{name.name}' for name in node.names)


def roots(path: Path) -> set[str]:
    return {name.split('.')[0] for name in imports(path)}


def within(path: Path, *parts: str) -> bool:
    return place(path).split('/')[0] in parts


@pytest.mark.parametrize('path', FILES, ids=place)
def test_only_nodes_and_the_app_know_ros(path):
    if not within(path, 'nodes', 'app.py'):
        assert not roots(path) & ROS
        assert not any(name.startswith('cp_xception_ros.nodes') for name in imports(path))


@pytest.mark.parametrize('path', FILES, ids=place)
def test_messages_are_imported_in_one_place(path):
    if place(path) != 'nodes/wire.py':
        assert not roots(path) & MESSAGES


@pytest.mark.parametrize('path', FILES, ids=place)
def test_capabilities_do_not_import_each_other(path):
    capability = place(path).split('/')[0]
    if capability in CAPABILITIES:
        others = [c for c in (*CAPABILITIES, 'cli', 'pipeline', 'app') if c != capability]
        forbidden = tuple(f'cp_xception_ros.{other}' for other in others)
        assert not [name for name in imports(path) if name.startswith(forbidden)]


@pytest.mark.parametrize('path', FILES, ids=place)
def test_torch_stays_in_the_model(path):
    if place(path) != 'emotion/model.py':
        assert 'torch' not in roots(path)


@pytest.mark.parametrize('path', FILES, ids=place)
def test_the_product_leans_on_nothing_outside_the_repository(path):
    assert '../shared' not in path.read_text()
