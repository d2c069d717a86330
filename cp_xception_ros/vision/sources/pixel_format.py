"""Pixel formats of V4L2 devices under the names that usb_cam gives them."""

import cv2

FOURCC = {
    'yuyv': 'YUYV',
    'uyvy': 'UYVY',
    'mjpeg': 'MJPG',
    'h264': 'H264',
    'nv12': 'NV12',
    'rgb8': 'RGB3',
    'bgr8': 'BGR3',
    'mono8': 'GREY',
    'mono16': 'Y16 ',
}


def fourcc(pixel_format: str) -> int:
    """V4L2's code for 'yuyv', 'mjpeg2rgb' (usb_cam's name with a conversion) or any four letters.

    '' gives 0, which leaves the choice to the camera; raises ValueError for other names.
    """
    if not pixel_format:
        return 0
    name = pixel_format.lower().removesuffix('2rgb').removesuffix('2bgr')
    code = FOURCC.get(name, pixel_format.upper() if len(pixel_format) == 4 else '')
    if not code:
        known = ', '.join(FOURCC)
        raise ValueError(f"pixel_format='{pixel_format}': use one of {known}, or four letters")
    return int(cv2.VideoWriter.fourcc(*code))
