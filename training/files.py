"""Files that are either whole or not there, and their digests."""

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that is either whole or not there, and the folders that lead to it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_array(path: Path, values: np.ndarray) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values)
    write_bytes(path, buffer.getvalue())


def write_json(path: Path, value: Any) -> None:
    write_bytes(path, (json.dumps(value, indent=2) + '\n').encode())


def digest(*arrays: np.ndarray) -> str:
    """Return the sha256 of arrays' contents."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, 'rb') as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
