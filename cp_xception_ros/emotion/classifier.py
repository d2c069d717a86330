"""Faces to probabilities of the seven emotions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.emotion.metadata import Metadata, MetadataError
from cp_xception_ros.emotion.preprocess import SIDE, to_input

INPUT = ('image', 'tensor(uint8)', [1, SIDE, SIDE])
OUTPUT = ('probabilities', 'tensor(float)', [len(EMOTIONS)])
# Different processors and versions of onnxruntime round differently, by far less than this.
GOLDEN_TOLERANCE = 2e-3
ONLY_ERRORS = 3


class ModelError(ValueError):
    """A network's file cannot be used; the message names the file, what is wrong, and the cure."""


class EmotionClassifier(Protocol):
    """Anything that reads emotions in faces."""

    name: str  # network and version, such as 'cp_xception 0.1.0'

    def classify(self, faces: Sequence[np.ndarray]) -> np.ndarray:
        """Return calibrated probabilities, float32 (N, 7), for N faces as `to_input` takes them.

        Every row sums to one; no faces give (0, 7).
        """
        ...


def session_options(threads: int) -> Any:
    """Return how the robot opens networks in onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = ONLY_ERRORS
    return options


class OnnxClassifier:
    """A network exported by `training/export.py`, run by onnxruntime."""

    def __init__(self, path: str | Path, threads: int = 1) -> None:
        """Load a network and check that it answers as it did when it was exported.

        Raises ModelError: no such file, not a network, another structure, or another answer.
        """
        self.path = Path(path)
        self._session = self._open(threads)
        try:
            self._check_structure()
            self.metadata = Metadata.from_strings(
                self._session.get_modelmeta().custom_metadata_map
            )
        except MetadataError as error:
            raise self._error(str(error)) from None
        self._check_answer()
        self.name = f'{self.metadata.name} {self.metadata.version}'

    def classify(self, faces: Sequence[np.ndarray]) -> np.ndarray:
        """Return probabilities, float32 (N, 7), of N faces in one batch."""
        if len(faces) == 0:
            return np.zeros((0, len(EMOTIONS)), np.float32)
        return self._run(np.stack([to_input(face) for face in faces]))

    def _run(self, batch: np.ndarray) -> np.ndarray:
        return self._session.run([OUTPUT[0]], {INPUT[0]: batch})[0]

    def _open(self, threads: int) -> Any:
        import onnxruntime

        if not self.path.is_file():
            raise self._error('there is no such file')
        try:
            return onnxruntime.InferenceSession(
                str(self.path), session_options(threads), providers=['CPUExecutionProvider']
            )
        except Exception as error:  # onnxruntime's own classes share no public base
            reason = str(error).strip().splitlines()[0][:120]
            raise self._error(f'it is not a network that onnxruntime reads ({reason})') from None

    def _check_structure(self) -> None:
        parts = ((INPUT, self._session.get_inputs()), (OUTPUT, self._session.get_outputs()))
        for (name, kind, shape), found in parts:
            actual = [(node.name, node.type, list(node.shape[1:])) for node in found]
            if actual != [(name, kind, shape)]:
                raise MetadataError(f'its ends are {actual}, not {[(name, kind, shape)]}')

    def _check_answer(self) -> None:
        answer = self._run(self.metadata.golden_image[None, None])[0]
        gap = float(np.abs(answer - self.metadata.golden_scores).max())
        if not gap <= GOLDEN_TOLERANCE:
            raise self._error(f'its answer to the golden picture is {gap:.3f} off')

    def _error(self, reason: str) -> ModelError:
        return ModelError(
            f'emotion network {self.path}: {reason}; '
            'give the path of a network made by training/export.py'
        )


class ScriptedClassifier:
    """Give out prepared rows of probabilities in turn, the last one again and again."""

    name = 'scripted'

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self._rows = [np.array(row, np.float32) for row in rows]
        self._next = 0

    def classify(self, faces: Sequence[np.ndarray]) -> np.ndarray:
        """Return one row per face, float32 (N, 7)."""
        answer = np.zeros((len(faces), len(EMOTIONS)), np.float32)
        for place in range(len(faces)):
            answer[place] = self._rows[min(self._next, len(self._rows) - 1)]
            self._next += 1
        return answer
