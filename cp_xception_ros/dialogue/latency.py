"""How long the parts of a turn take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Latency:
    """Seconds from the decision that the user has finished; 0: did not happen.

    `endpoint` ends at that decision, whose time on the caller's clock is `decided`.
    """

    turn: int
    decided: float
    endpoint: float = 0.0
    recognised: float = 0.0
    first_token: float = 0.0
    first_sentence: float = 0.0
    first_sound: float = 0.0


class TurnClock:
    """Notes the moments of one turn, each the first time, in seconds on one clock."""

    def __init__(self, turn: int, decided: float, words: float, speech_end: float | None) -> None:
        self.turn = turn
        self._decided = decided
        self._moments = {'recognised': words}
        self._endpoint = 0.0 if speech_end is None else max(0.0, decided - speech_end)
        self._reported = False

    def note(self, moment: str, now: float) -> None:
        self._moments.setdefault(moment, now)

    @property
    def complete(self) -> bool:
        return 'first_sound' in self._moments

    def report(self) -> Latency | None:
        """Return the figures, once, and only of a turn in which something was said."""
        if self._reported or 'first_sentence' not in self._moments:
            return None
        self._reported = True
        spans = {name: max(0.0, at - self._decided) for name, at in self._moments.items()}
        return Latency(self.turn, self._decided, self._endpoint, **spans)
