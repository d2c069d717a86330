"""The parameters of the perception nodes, from the YAML file that the nodes take them from."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from ..emotion.classifier import OnnxClassifier
from ..emotion.reader import EmotionReader
from ..emotion.smoothing import EmotionSmoother
from ..resources import find
from ..vision.detector import FaceDetector, make_detector

NODES = ('face_detector', 'emotion_classifier')
KEY = 'ros__parameters'


class ParameterFileError(ValueError):
    """A parameter file that cannot be used; the text names the file and what is wrong."""


@dataclass(frozen=True)
class Parameters:
    """Those of face_detector and emotion_classifier that decide what is seen."""

    detector: str
    detection_width: int
    score_threshold: float
    track_timeout: float
    model_path: str
    time_constant: float
    confidence_threshold: float
    hysteresis: float
    forget_after: float

    def make_detector(self) -> FaceDetector:
        """Raises DetectorError."""
        return make_detector(self.detector, self.detection_width, self.score_threshold)

    def make_reader(self) -> EmotionReader:
        """Raises ModelError, or ValueError: a parameter is out of range."""
        smoother = EmotionSmoother(
            self.time_constant, self.confidence_threshold, self.hysteresis, self.forget_after
        )
        path = self.model_path or find('models/cp_xception.onnx')
        return EmotionReader(OnnxClassifier(path), smoother)


def read_parameters(path: Path | None = None, **overrides: Any) -> Parameters:
    """Return the parameters of a file, where it says nothing those of the shipped one.

    `overrides` win; those that are None do not count. Raises ParameterFileError.
    """
    values = _values(find('config/judy.yaml'))
    if path is not None:
        values.update(_values(path))
    values.update({key: value for key, value in overrides.items() if value is not None})
    for field in fields(Parameters):
        _check(path, field.name, field.type, values[field.name])
    return Parameters(**{field.name: values[field.name] for field in fields(Parameters)})


def _values(path: Path) -> dict[str, Any]:
    """Return what a file says to the two nodes; later sections win, as with ROS."""
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8')) or {}
        sections = [(name, section[KEY]) for name, section in content.items()]
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise ParameterFileError(f'parameter file {path}: {reason}') from None
    except (AttributeError, TypeError, KeyError):
        raise ParameterFileError(
            f'parameter file {path}: needs sections such as face_detector: {{{KEY}: …}}'
        ) from None
    values: dict[str, Any] = {}
    for name, parameters in sections:
        if name.strip('/') == '**' or name.split('/')[-1] in NODES:
            values.update(parameters or {})
    return values


def _check(path: Path | None, name: str, kind: Any, value: Any) -> None:
    allowed = (int, float) if kind is float else kind
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise ParameterFileError(f'parameter file {path}: {name}={value!r}: not a {kind.__name__}')
