"""How this process takes memory."""

import ctypes

# From <malloc.h>.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


def keep_big_blocks() -> None:
    """Let glibc keep freed picture buffers instead of handing them back to the kernel.

    A VGA picture is above malloc's default limit for mmap, so that every message pays for fresh
    page faults: 1.2 ms a picture, 0.3 ms with these limits. Does nothing with another libc.
    """
    try:
        mallopt = ctypes.CDLL('libc.so.6').mallopt
    except (OSError, AttributeError):
        return
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
