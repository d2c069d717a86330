"""How loud the robot hears itself."""

from collections import deque

import numpy as np

REMEMBERED = 250  # frames of 20 ms in which the robot was heard
ENOUGH = 50
PERCENTILE = 95
LONGEST_DELAY = 0.5  # seconds from a reported level to its echo
REPORT_LIFE = 1.0  # seconds without a report after which the robot is taken to be silent
AUDIBLE = -60.0  # dBFS


class RobotVoice:
    """The robot's own level from the reports of its loudspeaker."""

    def __init__(self) -> None:
        self._reports: deque[tuple[float, float]] = deque()

    def report(self, level: float, heard_at: float) -> None:
        """`level` in dBFS; `heard_at`: when it leaves the loudspeaker, in seconds."""
        self._reports.append((heard_at, level))

    def level(self, now: float) -> float | None:
        """The loudest that may be in the room just now (dBFS); None: the robot is silent."""
        while len(self._reports) > 1 and self._reports[1][0] < now - LONGEST_DELAY:
            self._reports.popleft()
        recent = [level for time, level in self._reports if time > now - REPORT_LIFE]
        return max(recent) if recent and max(recent) > AUDIBLE else None


class EchoMeter:
    """Learns how much of what the robot plays comes back by the microphone.

    Until it has heard enough, the robot is taken to be as loud at the microphone as it plays.
    """

    def __init__(self) -> None:
        self._differences: deque[float] = deque(maxlen=REMEMBERED)

    def learn(self, heard: float, played: float) -> None:
        """Both in dBFS, while nobody else speaks."""
        self._differences.append(heard - played)

    def expected(self, played: float) -> float:
        """The level in dBFS at which the robot hears itself."""
        if len(self._differences) < ENOUGH:
            return played
        return played + min(0.0, float(np.percentile(self._differences, PERCENTILE)))
