"""Where sound comes from: a microphone, or WAV files."""

from .microphone import Microphone
from .protocol import AudioSource
from .scripted import ScriptedSource
from .wav_files import WavFiles

__all__ = ['AudioSource', 'Microphone', 'ScriptedSource', 'WavFiles', 'open_source']


def open_source(source: str, device: str) -> AudioSource:
    """`source`: 'microphone', or the path of a WAV file or of a folder of them.

    Raises Unavailable: a library or the files are missing; DeviceError: the device does not open.
    """
    return Microphone(device) if source == 'microphone' else WavFiles(source)
