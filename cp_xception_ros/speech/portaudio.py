"""PortAudio by sounddevice, shared by the loudspeaker and the microphone of a process."""

import threading
from typing import Any

from .errors import DeviceError, Unavailable

# PortAudio's paDeviceUnavailable.
TAKEN = -9985
_lock = threading.Lock()
_open_streams = 0


def library() -> Any:
    """The sounddevice module.

    Raises Unavailable: it, or libportaudio, is missing.
    """
    try:
        import sounddevice
    except ImportError:
        raise Unavailable('sounddevice is missing: pip install sounddevice') from None
    except OSError:
        raise Unavailable('PortAudio is missing: apt install libportaudio2') from None
    return sounddevice


def open_stream(kind: str, device: str, options: dict[str, Any]) -> Any:
    """Start a `RawInputStream` or `RawOutputStream` (`kind`) with these options.

    `device`: index or part of the name; '' is the default.
    Raises DeviceError: there is no such device, or it is taken.
    """
    global _open_streams
    sounddevice = library()
    with _lock:
        if not _open_streams:
            _look_again(sounddevice)
        try:
            stream = getattr(sounddevice, kind)(device=_device(device), **options)
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _refused(device, error) from None
        try:
            stream.start()
        except sounddevice.PortAudioError as error:
            stream.close(ignore_errors=True)
            raise _refused(device, error) from None
        _open_streams += 1
    return stream


def close_stream(stream: Any) -> None:
    global _open_streams
    with _lock:
        _open_streams -= 1
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)


def _look_again(sounddevice: Any) -> None:
    """PortAudio lists devices once, when it starts: start anew to see what was plugged in."""
    sounddevice._terminate()
    sounddevice._initialize()


def _device(name: str) -> int | str | None:
    if not name:
        return None
    return int(name) if name.isdigit() else name


def _refused(device: str, error: Exception) -> DeviceError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    if not device and 'device -1' in reason:
        return DeviceError('there is no sound device: plug one in, see python -m sounddevice')
    cure = 'python -m sounddevice lists them'
    if TAKEN in error.args:
        reason = 'taken by another program'
        cure = f'close that one, or set device to another: {cure}'
    return DeviceError(f'sound device {device or "default"!r}: {reason}: {cure}')
