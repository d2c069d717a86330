"""What a network's file says of itself, beside the weights."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
import json

import numpy as np

from cp_xception_ros.emotion.labels import EMOTIONS
from cp_xception_ros.emotion.preprocess import DESCRIPTION, SIDE


class MetadataError(ValueError):
    """An entry of a network's metadata is missing or not what this program expects."""


@dataclass(frozen=True)
class Metadata:
    """Name and version, and one picture with the answer that the network must give to it."""

    name: str
    version: str
    golden_image: np.ndarray  # uint8 (48, 48)
    golden_scores: np.ndarray  # float32 (7,)
    training: str
    licence: str

    def to_strings(self) -> dict[str, str]:
        """Return the entries as ONNX's metadata_props holds them."""
        return {
            'name': self.name,
            'version': self.version,
            'labels': json.dumps(EMOTIONS),
            'preprocessing': json.dumps(DESCRIPTION),
            'golden_image': base64.b64encode(self.golden_image.tobytes()).decode(),
            'golden_scores': json.dumps([round(float(p), 6) for p in self.golden_scores]),
            'training': self.training,
            'licence': self.licence,
        }

    @classmethod
    def from_strings(cls, entries: Mapping[str, str]) -> 'Metadata':
        """Read the entries back. Raises MetadataError naming the entry that is wrong."""
        _expect(entries, 'labels', list(EMOTIONS))
        _expect(entries, 'preprocessing', DESCRIPTION)
        return cls(
            _entry(entries, 'name'),
            _entry(entries, 'version'),
            _golden_image(_entry(entries, 'golden_image')),
            _golden_scores(_entry(entries, 'golden_scores')),
            entries.get('training', ''),
            entries.get('licence', ''),
        )


def _entry(entries: Mapping[str, str], key: str) -> str:
    if not entries.get(key):
        raise MetadataError(f'no {key} in its metadata')
    return entries[key]


def _expect(entries: Mapping[str, str], key: str, wanted: object) -> None:
    try:
        found = json.loads(_entry(entries, key))
    except json.JSONDecodeError:
        raise MetadataError(f'its {key} is not JSON') from None
    if found != wanted:
        raise MetadataError(f'its {key} is {found}, not {wanted}')


def _golden_image(text: str) -> np.ndarray:
    try:
        data = base64.b64decode(text, validate=True)
        return np.frombuffer(data, np.uint8).reshape(SIDE, SIDE)
    except ValueError:
        raise MetadataError(f'its golden_image is not {SIDE}x{SIDE} bytes in base64') from None


def _golden_scores(text: str) -> np.ndarray:
    try:
        scores = np.array(json.loads(text), np.float32)
    except (TypeError, ValueError):
        raise MetadataError('its golden_scores are not numbers') from None
    if scores.shape != (len(EMOTIONS),):
        raise MetadataError(f'it has {scores.size} golden_scores, not {len(EMOTIONS)}')
    return scores
