"""WAV files in and out, by the standard library."""

from collections.abc import Iterator
import io
from pathlib import Path
import wave

import numpy as np

from .audio import Sound, to_int16
from .errors import Unavailable


def read_wav(path: Path) -> Sound:
    """The whole file, channels averaged.

    Raises Unavailable: there is no such file, or it is not PCM sound.
    """
    blocks = list(stream_wav(path))
    samples = np.concatenate([block.samples for block in blocks]) if blocks else np.zeros(0)
    return Sound(samples.astype(np.float32), blocks[0].rate if blocks else 16000)


def stream_wav(path: Path, seconds: float = 0.5) -> Iterator[Sound]:
    """The file in pieces of `seconds`, channels averaged; 8, 16, 24 or 32 bits.

    Raises Unavailable: there is no such file, or it is not PCM sound.
    """
    try:
        with wave.open(str(path), 'rb') as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            while data := file.readframes(max(1, int(rate * seconds))):
                yield Sound(_decode(data, width, channels), rate)
    except (OSError, EOFError, wave.Error) as error:
        reason = getattr(error, 'strerror', None) or error or 'it is cut off'
        raise Unavailable(f'{path}: not a readable WAV file ({reason}): use 16-bit PCM') from None


def encode_wav(samples: np.ndarray, rate: int) -> bytes:
    """A mono 16-bit WAV file; `samples` int16 or float within -1..1."""
    buffer = io.BytesIO()
    with wave.open(buffer, 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(_as_int16(samples).tobytes())
    return buffer.getvalue()


def _as_int16(samples: np.ndarray) -> np.ndarray:
    return samples if samples.dtype == np.int16 else to_int16(samples)


def _decode(data: bytes, width: int, channels: int) -> np.ndarray:
    data = data[: len(data) // (width * channels) * (width * channels)]
    raw = np.frombuffer(data, np.uint8).reshape(-1, width)
    if width == 1:  # the only unsigned one
        values = raw[:, 0].astype(np.float32) / 128 - 1
    else:
        padded = np.zeros((len(raw), 4), np.uint8)
        padded[:, 4 - width :] = raw
        values = padded.view('<i4')[:, 0].astype(np.float32) / 2**31
    return values.reshape(-1, channels).mean(axis=1)
