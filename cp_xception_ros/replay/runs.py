"""Cuts a series of times into the pieces that a picture of it is drawn in."""

import numpy as np

Run = tuple[float, float, int]
"""Begin and end in seconds, and a label."""
_BREAK = 0.4
"""Seconds between two sightings that a line is not drawn across."""


def stretches(times: np.ndarray) -> list[slice]:
    """Return the parts of (N,) seconds in which nothing is missing."""
    if not len(times):
        return []
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    ends = np.flatnonzero((steps > max(_BREAK, 3 * usual)) | (steps < 0)) + 1
    edges = [0, *ends.tolist(), len(times)]
    return [slice(a, b) for a, b in zip(edges, edges[1:], strict=False)]


def runs_of(times: np.ndarray, values: np.ndarray) -> list[Run]:
    """Return begin, end and value of each run of equal values; each ends where the next begins."""
    changes = np.flatnonzero(np.diff(values)) + 1
    starts = [0, *changes.tolist()]
    ends = [*changes.tolist(), len(values) - 1]
    return [
        (float(times[a]), float(times[b]), int(values[a]))
        for a, b in zip(starts, ends, strict=True)
    ]


def averaged(times: np.ndarray, values: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of (N,) times and (N, K) values in steps of `width` seconds."""
    steps = np.floor(times / width).astype(np.int64)
    starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
    counts = np.diff(starts, append=len(times))
    return (
        np.add.reduceat(times, starts) / counts,
        np.add.reduceat(values, starts, axis=0) / counts[:, None],
    )


def spread(centres: np.ndarray, width: float, room: float) -> np.ndarray:
    """Return left edges of things `width` wide, near their centres (N,), without overlaps."""
    lefts = np.asarray(centres) - width / 2
    for place in range(len(lefts)):
        lefts[place] = max(lefts[place], lefts[place - 1] + width if place else 0.0)
    for place in reversed(range(len(lefts))):
        most = lefts[place + 1] if place + 1 < len(lefts) else room
        lefts[place] = min(lefts[place], most - width)
    return lefts
