"""Every kind of install carries network and configuration; colcon finds both packages."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

FILES = (
    'models/cp_xception.onnx',
    'config/judy.yaml',
    'config/fastdds_shm.xml',
    'cp_xception_msgs/msg/FaceArray.msg',
    'cp_xception_msgs/msg/EmotionStamped.msg',
)
FIND = f"""
from cp_xception_ros.resources import find
for name in {FILES}:
    print(find(name))
"""
LEFT_OUT = shutil.ignore_patterns('.venv*', 'build', 'install', 'log', 'out', '.git', '*.egg-info')


def call(*command, cwd, **env):
    """Run a command; return what it printed, or fail with it."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, 'AMENT_PREFIX_PATH': sys.prefix, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def found(folder, path):
    """Return the files that a Python finds whose import path begins with `path`."""
    return [
        Path(line)
        for line in call(sys.executable, '-c', FIND, cwd=folder, PYTHONPATH=str(path)).split()
    ]


@pytest.fixture(scope='module')
def workspace(root, tmp_path_factory):
    """Return a colcon workspace with a copy of the repository in src/."""
    folder = tmp_path_factory.mktemp('workspace')
    copy = folder / 'src/cp_xception_ros'
    shutil.copytree(root, copy, ignore=LEFT_OUT)
    (folder / 'colcon_defaults.yaml').symlink_to(copy / 'colcon_defaults.yaml')
    return folder


def colcon(folder, *arguments):
    return call(sys.executable, '-m', 'colcon', *arguments, cwd=folder)


@pytest.mark.parametrize('place', ['.', 'src/cp_xception_ros'])
def test_colcon_finds_both_packages(workspace, place):
    listed = colcon(workspace / place, 'list', '--names-only').split()
    assert sorted(listed) == ['cp_xception_msgs', 'cp_xception_ros']


@pytest.mark.parametrize('how', [[], ['--symlink-install']])
def test_colcon_build(workspace, tmp_path, how):
    base = tmp_path / 'install'
    colcon(
        workspace, 'build', '--packages-select', 'cp_xception_ros', *how,
        '--build-base', tmp_path / 'build', '--install-base', base, '--merge-install',
    )  # fmt: skip
    executables = {path.name for path in (base / 'lib/cp_xception_ros').iterdir()}
    assert {'judy', 'camera', 'face_detector', 'emotion_classifier'} <= executables
    assert {'judy-replay', 'judy-record', 'judy-trial', 'recorder'} <= executables
    share = base / 'share/cp_xception_ros'
    assert (share / 'package.xml').is_file()
    assert (share / 'launch/judy.launch.py').is_file()
    listing = ('. ' + str(base / 'local_setup.sh'), f'cd / && {sys.executable} -c "{FIND}"')
    for line in call('sh', '-c', ' && '.join(listing), cwd=tmp_path).split():
        inside = workspace if how else base
        assert Path(line).is_file() and inside in Path(line).parents


def test_pip_install(workspace, tmp_path):
    target = tmp_path / 'site'
    call(
        sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation',
        '--target', target, '.', cwd=workspace / 'src/cp_xception_ros',
    )  # fmt: skip
    assert all(target in path.parents for path in found(tmp_path, target))
    assert not (target / 'training').exists() and not (target / 'test').exists()


def test_the_source_tree_comes_first(root, tmp_path):
    assert found(tmp_path, root) == [root / name for name in FILES]


def test_an_editable_install_uses_the_source_tree(workspace, tmp_path):
    target = tmp_path / 'site'
    call(
        sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation',
        '--target', target, '--editable', '.', cwd=workspace / 'src/cp_xception_ros',
    )  # fmt: skip
    # It works through .pth files, which only a site folder reads; without -S this environment's
    # own editable install would come first.
    begin = f'import site; site.addsitedir({str(target)!r})\n'
    lines = call(sys.executable, '-S', '-c', begin + FIND, cwd=tmp_path, PYTHONPATH='').split()
    assert all(workspace in Path(line).parents for line in lines)


def test_every_version_number_is_the_same(root):
    from cp_xception_ros import __version__

    for file in ('package.xml', 'cp_xception_msgs/package.xml'):
        assert f'<version>{__version__}</version>' in (root / file).read_text()
    assert f"version='{__version__}'" in (root / 'setup.py').read_text()
    assert f'\n{__version__} (' in (root / 'CHANGELOG.rst').read_text()
