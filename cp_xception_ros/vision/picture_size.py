"""The size a JPEG or PNG file claims, read before anything of that size is allocated."""

import struct

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers SOF0 … SOF15; C4, C8 and CC are tables and an extension (ITU T.81, table B.1)."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return (width, height) in pixels, None when `data` does not begin a JPEG or PNG file."""
    if data[:8] == b'\x89PNG\r\n\x1a\n' and len(data) >= 24:
        width, height = struct.unpack('>II', data[16:24])
        return width, height
    if data[:2] == b'\xff\xd8':
        return _jpeg_size(data)
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        length, _, height, width = struct.unpack('>HBHH', data[position + 2 : position + 9])
        if marker in _FRAME_HEADERS:
            return width, height
        position += 2 + length
    return None
