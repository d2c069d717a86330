"""Grey faces as arrays, with what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

SIDE = 48
CLASSES = 7
WHOLE = 'all'  # the usage of pictures in a set that nobody has divided


class DataError(ValueError):
    """A data file does not hold what it should; the message names file and row."""


@dataclass(frozen=True)
class Pictures:
    """N grey faces with what is known of them."""

    images: np.ndarray  # uint8 (N, 48, 48)
    labels: np.ndarray  # int64 (N,), index into EMOTIONS
    usage: np.ndarray  # str (N,): Training, PublicTest, PrivateTest, Test, Validation or all
    votes: np.ndarray | None = None  # float32 (N, 10), counts in VOTE_COLUMNS order
    subjects: np.ndarray | None = None  # str (N,): who is shown
    origin: str = ''  # the set, and what cut the faces out
    left_out: Mapping[str, int] = field(default_factory=dict)  # pictures not read, by reason

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: np.ndarray) -> 'Pictures':
        """Return the pictures at `index` (integers or a mask)."""
        return replace(
            self,
            images=self.images[index],
            labels=self.labels[index],
            usage=self.usage[index],
            votes=None if self.votes is None else self.votes[index],
            subjects=None if self.subjects is None else self.subjects[index],
        )

    def of_usage(self, usage: str) -> 'Pictures':
        """Return the pictures of one part of the set."""
        return self.take(self.usage == usage)
