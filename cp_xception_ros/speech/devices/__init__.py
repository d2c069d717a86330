"""Where sound goes: a loudspeaker, a player of the system, or files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeviceError, Unavailable
from .loudspeaker import Loudspeaker
from .pipe import PLAYERS, Pipe
from .protocol import BLOCK, RATE, OutputDevice
from .scripted import ScriptedDevice
from .wav_folder import WavFolder

__all__ = [
    'BLOCK',
    'OUTPUTS',
    'PLAYERS',
    'RATE',
    'Loudspeaker',
    'Opener',
    'OutputDevice',
    'OutputSettings',
    'Pipe',
    'ScriptedDevice',
    'WavFolder',
    'openers',
]

Opener = Callable[[], OutputDevice]
OUTPUTS = ('auto', 'loudspeaker', 'pw-play', 'aplay', 'wav')


@dataclass(frozen=True)
class OutputSettings:
    """`output`: one of OUTPUTS. `device`: of PortAudio. `folder`: for the WAV files."""

    output: str
    device: str
    folder: Path
    latency: float = 0.06


def openers(settings: OutputSettings) -> list[Opener]:
    """Ways to open a device, best first; WAV files are always the last resort.

    Raises ValueError: no such output.
    """
    if settings.output not in OUTPUTS:
        raise ValueError(f'output {settings.output!r}: use one of {", ".join(OUTPUTS)}')
    ways: dict[str, Opener] = {
        'loudspeaker': lambda: Loudspeaker(settings.device, settings.latency),
        **PLAYERS,
    }
    chosen = [way for name, way in ways.items() if settings.output in ('auto', name)]
    return [*chosen, lambda: WavFolder(settings.folder)]


def open_first(
    ways: list[Opener], start: int, on_error: Callable[[Exception], None]
) -> tuple[int, OutputDevice]:
    """The best device from place `start` on that opens, and its place.

    `on_error` hears of the better ones, in one line. Raises DeviceError: none opens, and why.
    """
    reasons: list[str] = []
    for place in range(start, len(ways)):
        try:
            device = ways[place]()
        except (DeviceError, Unavailable) as error:
            reasons.append(str(error))
            continue
        if reasons:
            on_error(DeviceError('; '.join(reasons)))
        return place, device
    raise DeviceError(f'nothing to play on: {"; ".join(reasons)}')
