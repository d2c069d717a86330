"""Fixtures that every test may use."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / 'shared'


@pytest.fixture(scope='session')
def root() -> Path:
    """Return the top of the repository."""
    return ROOT


@pytest.fixture(scope='session')
def yunet() -> Path:
    """Return YuNet's file; skips where it is not at hand."""
    path = SHARED / 'data/models/face_detection_yunet_2023mar.onnx'
    if not path.is_file():
        pytest.skip('the YuNet file is not beside this checkout')
    return path
