"""The user's own music by mood, and the built-in piece where there is none."""

from collections.abc import Callable, Iterator
from pathlib import Path
import random
import re

import numpy as np

from .audio import Resampler, Sound
from .errors import Unavailable
from .mixer import Music
from .pad import Pad
from .wav import stream_wav

# Within its first bytes an MP3 file holds the mark of a frame.
MP3_FRAME, HEAD = re.compile(rb'\xff[\xe2-\xff]'), 64 * 1024
SUFFIXES = ('.wav', '.flac', '.ogg', '.opus', '.mp3')


class FileMusic:
    """Plays the files in that order, again and again; leaves out what cannot be read.

    Where nothing is left, `spare` plays instead.
    """

    def __init__(
        self, files: list[Path], rate: int, on_error: Callable[[Exception], None], spare: Music
    ) -> None:
        self._files, self._rate, self._on_error = list(files), rate, on_error
        self._spare = spare
        self._blocks = self._play()
        self._rest = np.zeros(0, np.float32)

    def read(self, count: int) -> np.ndarray:
        parts, missing = [self._rest], count - len(self._rest)
        while missing > 0 and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            missing -= len(block)
        samples = np.concatenate(parts)
        self._rest = samples[count:]
        return samples[:count]

    def _play(self) -> Iterator[np.ndarray]:
        while self._files:
            for file in list(self._files):
                try:
                    yield from self._resampled(file)
                except Unavailable as error:
                    self._on_error(error)
                    self._files.remove(file)
        while True:
            yield self._spare.read(self._rate)

    def _resampled(self, file: Path) -> Iterator[np.ndarray]:
        resampler = None
        for sound in stream_music(file):
            resampler = resampler or Resampler(sound.rate, self._rate)
            yield resampler.feed(sound.samples)
        if resampler is None:
            raise Unavailable(f'{file}: there is no sound in it')


def choose_music(
    folder: str, mood: str, rate: int, seed: int, on_error: Callable[[Exception], None]
) -> Music:
    """Files of `<folder>/<mood>/`, else of `folder` itself, in an order by seed; else the pad.

    `on_error` hears of a folder that is not there and of each file that cannot be read.
    """
    files = find_music(folder, mood, on_error) if folder else []
    pad = Pad(mood, rate, seed)
    random.Random(seed).shuffle(files)
    return FileMusic(files, rate, on_error, pad) if files else pad


def find_music(folder: str, mood: str, on_error: Callable[[Exception], None]) -> list[Path]:
    root = Path(folder).expanduser()
    if not root.is_dir():
        on_error(Unavailable(f'music folder {folder!r} is not there: playing the built-in music'))
        return []
    # A mood comes from a language model: only a plain name may reach the file system.
    own = root / mood.lower() if mood.isalnum() else root
    return _sound_files(own) or _sound_files(root)


def stream_music(file: Path) -> Iterator[Sound]:
    """The file in short mono pieces: WAV by the standard library, the rest by soundfile.

    Raises Unavailable: it cannot be read, or soundfile is missing.
    """
    if file.suffix.lower() == '.wav':
        yield from stream_wav(file)
        return
    try:
        import soundfile
    except (ImportError, OSError):
        raise Unavailable(
            f'{file}: needs soundfile: pip install soundfile, or convert it to WAV'
        ) from None
    try:
        if not _plausible(file):
            raise _damaged(file)
        with soundfile.SoundFile(file) as source:
            for block in source.blocks(source.samplerate // 2, dtype='float32', always_2d=True):
                yield Sound(block.mean(axis=1), source.samplerate)
    except Unavailable:
        raise
    except OSError as error:
        raise Unavailable(f'{file}: unreadable music: {error.strerror or error}') from None
    except soundfile.SoundFileError:
        # Its own words are about a file that is not there.
        raise _damaged(file) from None


def _plausible(file: Path) -> bool:
    """The library behind soundfile complains on stderr where there is no frame of MP3."""
    with file.open('rb') as content:
        return file.suffix.lower() != '.mp3' or bool(MP3_FRAME.search(content.read(HEAD)))


def _damaged(file: Path) -> Unavailable:
    kind = file.suffix[1:].upper()
    return Unavailable(f'{file}: unreadable music: it is damaged, or no {kind}: replace it')


def _sound_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
