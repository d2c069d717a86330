"""Where an utterance begins and ends: a state machine without sound, threads or clocks."""

from dataclasses import dataclass

from .activity import SECONDS
from .echo import EchoMeter

GAP = 0.1  # seconds without voice that do not break an onset
MARGIN = 3.0  # dB above its own echo that the robot takes for somebody else


@dataclass(frozen=True)
class EndpointSettings:
    """All in seconds."""

    pre_roll: float = 0.3
    onset: float = 0.1  # of voice that makes an utterance
    barge_in: float = 0.3  # the same while the robot can be heard
    silence: float = 0.6  # that ends it
    longest: float = 20.0

    def __post_init__(self) -> None:
        if self.silence >= self.longest:
            raise ValueError(
                f'end-of-turn silence {self.silence} s: must be below the maximum length '
                f'of {self.longest} s'
            )


@dataclass(frozen=True)
class Began:
    """An utterance began; its sound is the newest `frames` frames, this one included.

    `onset`: frames since the first voice, this one included.
    """

    frames: int
    onset: int


@dataclass(frozen=True)
class Ended:
    """It is over; the last voice was `silent` frames before this one."""

    silent: int
    too_long: bool


class Endpointer:
    """Fed one frame (20 ms) at a time."""

    def __init__(self, settings: EndpointSettings) -> None:
        self._pre_roll = _frames(settings.pre_roll)
        self._onset, self._barge_in = _frames(settings.onset), _frames(settings.barge_in)
        self._silence, self._longest = _frames(settings.silence), _frames(settings.longest)
        self._gap = _frames(GAP)
        self._echo = EchoMeter()
        self.reset()

    def reset(self) -> None:
        """Forget a begun utterance; what was learned of the echo stays."""
        self.speaking = False
        self._voiced = self._since_onset = self._since_voice = 0
        self._length = 0
        self._fresh = 0  # frames that belong to no utterance yet

    def update(self, voice: bool, level: float, robot: float | None) -> Began | Ended | None:
        """`level` heard in dBFS; `robot`: the level it plays at, None while it is silent."""
        mine = voice and (robot is None or level > self._echo.expected(robot) + MARGIN)
        self._fresh += 1
        if self.speaking:
            return self._continue(mine)
        if robot is not None and not mine and not self._voiced:
            # Not between somebody's words: what is left of them there is no echo.
            self._echo.learn(level, robot)
        return self._wait(mine, self._onset if robot is None else self._barge_in)

    def _wait(self, voice: bool, needed: int) -> Began | None:
        self._since_onset += 1
        if voice:
            self._since_onset = self._since_onset if self._voiced else 1
            self._voiced += 1
            self._since_voice = 0
        else:
            self._since_voice += 1
        if self._since_voice > self._gap:
            self._voiced = 0
        if not voice or self._voiced < needed:
            return None
        return self._begin()

    def _begin(self) -> Began:
        frames = min(self._since_onset + self._pre_roll, self._fresh)
        onset = self._since_onset
        self.speaking = True
        self._length = frames
        self._voiced = self._since_onset = 0
        return Began(frames, onset)

    def _continue(self, voice: bool) -> Ended | None:
        self._length += 1
        self._since_voice = 0 if voice else self._since_voice + 1
        too_long = self._length >= self._longest
        if self._since_voice < self._silence and not too_long:
            return None
        ended = Ended(self._since_voice, too_long)
        self.reset()
        return ended


def _frames(seconds: float) -> int:
    return max(1, round(seconds / SECONDS))
