"""Other expressions on the portraits of the sample clip: features moved, pixels kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Point = npt.NDArray[np.float32]

# The person's right eye, left eye, nose, right and left mouth corner as YuNet finds them;
# pixels of the original portraits.
LANDMARKS: dict[str, list[tuple[int, int]]] = {
    'collins': [(199, 104), (247, 103), (222, 126), (203, 146), (245, 144)],
    'hopper': [(227, 191), (312, 194), (267, 236), (227, 267), (305, 271)],
}


@dataclass(frozen=True)
class Pose:
    """How far features move: down, in distances between the eyes; `corners_out`: apart."""

    corners: float = 0.0
    corners_out: float = 0.0
    inner_brows: float = 0.0
    brows_together: float = 0.0
    outer_brows: float = 0.0
    upper_lids: float = 0.0
    lower_lids: float = 0.0
    upper_lip: float = 0.0
    lower_lip: float = 0.0


# As in drawings: where brows and the corners of the mouth go, and not much more.
POSES: Mapping[str, Pose] = {
    'happy': Pose(corners=-0.22, corners_out=0.13),
    'sad': Pose(corners=0.24, inner_brows=-0.19, outer_brows=0.05, upper_lids=0.03),
    'angry': Pose(inner_brows=0.16, outer_brows=-0.1, lower_lids=-0.05, lower_lip=0.19),
    'afraid': Pose(
        corners=0.2, inner_brows=-0.19, outer_brows=-0.16, upper_lip=0.11, lower_lip=0.18
    ),
    'surprised': Pose(inner_brows=-0.16, outer_brows=-0.16, upper_lids=-0.05, lower_lip=0.21),
    'disgusted': Pose(corners_out=-0.14, inner_brows=0.1, upper_lip=-0.12),
}


def posed(portrait: Image, name: str, pose: Pose) -> Image:
    """Return the (H, W, 3) portrait of 'collins' or 'hopper' with another expression."""
    x, y = _moved_from(portrait.shape[:2], _pushes(LANDMARKS[name], pose))
    edge = cv2.BORDER_REPLICATE
    return np.asarray(cv2.remap(portrait, x, y, cv2.INTER_LINEAR, borderMode=edge), np.uint8)


Push = tuple[Point, Point, float]  # where, how far, and over which radius; pixels


def _pushes(landmarks: list[tuple[int, int]], pose: Pose) -> list[Push]:
    right_eye, left_eye, _, right_corner, left_corner = np.array(landmarks, np.float32)
    across = left_eye - right_eye
    unit = float(np.linalg.norm(across))
    down = np.array([-across[1], across[0]], np.float32)
    mouth = (right_corner + left_corner) / 2
    pushes = [
        (mouth - 0.1 * down, pose.upper_lip * down, 0.13 * unit),
        (mouth + 0.16 * down, pose.lower_lip * down, 0.16 * unit),
    ]
    for eye, corner, out in (
        (right_eye, right_corner, -across),
        (left_eye, left_corner, across),
    ):
        inner, outer = eye - 0.22 * out - 0.33 * down, eye + 0.22 * out - 0.36 * down
        pushes += [
            (corner, pose.corners * down + pose.corners_out * out, 0.16 * unit),
            (inner, pose.inner_brows * down - pose.brows_together * out, 0.16 * unit),
            (outer, pose.outer_brows * down, 0.18 * unit),
            (eye - 0.1 * down, pose.upper_lids * down, 0.1 * unit),
            (eye + 0.1 * down, pose.lower_lids * down, 0.1 * unit),
        ]
    return pushes


def _moved_from(size: tuple[int, ...], pushes: list[Push]) -> tuple[Point, Point]:
    """Return where each pixel comes from: x and y, each (H, W)."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    from_x, from_y = x.copy(), y.copy()
    for (at_x, at_y), (by_x, by_y), radius in pushes:
        weight = np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * radius**2))
        from_x -= weight * by_x
        from_y -= weight * by_y
    return from_x, from_y
