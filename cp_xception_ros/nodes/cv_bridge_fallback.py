"""Encodings outside the fast path, where cv_bridge is installed."""

from typing import Any

import numpy as np

from ..vision.image import UnsupportedEncoding


def decode(message: Any) -> np.ndarray:
    """Return an Image message of any encoding as uint8 BGR (height, width, 3).

    Raises UnsupportedEncoding: cv_bridge is missing or does not know the encoding either.
    """
    encoding = getattr(message, 'encoding', '') or getattr(message, 'format', '')
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError:
        raise UnsupportedEncoding(
            f'encoding {encoding!r} needs cv_bridge, which is not installed'
        ) from None
    try:
        return np.asarray(CvBridge().imgmsg_to_cv2(message, 'bgr8'))
    except CvBridgeError as error:
        raise UnsupportedEncoding(f'encoding {encoding!r}: {error}') from error
