"""When the robot would like to speak unasked."""

from collections import Counter, deque
from dataclasses import dataclass

from .emotion_context import EmotionSample
from .events import Urge
from .local_replies import NEGATIVE


@dataclass(frozen=True)
class ProactiveSettings:
    """Times in seconds; `comfort_share` is the part of them with a negative emotion."""

    comfort: bool = True
    comfort_seconds: float = 8.0
    comfort_share: float = 0.7
    comfort_cooldown: float = 300.0
    greeting: bool = True
    absence: float = 30.0
    # How long a face must be there: a glimpse is not a visit.
    greeting_after: float = 0.8


class Proactive:
    """Faces and the time in, at most one urge out. Times are monotonic seconds.

    The first face is greeted like one that comes back.
    """

    def __init__(self, settings: ProactiveSettings) -> None:
        self._settings = settings
        self.enabled = True
        self._window: deque[tuple[float, EmotionSample]] = deque()
        self._last_seen = float('-inf')
        self._arrived: float | None = None
        self._comforted = float('-inf')

    def see(self, sample: EmotionSample, now: float) -> None:
        if now - self._last_seen >= self._settings.absence:
            self._arrived = now
        self._last_seen = now
        self._window.append((now, sample))
        # One sample older than the window shows that the window is covered.
        while len(self._window) > 1 and self._window[1][0] <= now - self._settings.comfort_seconds:
            self._window.popleft()

    def urge(self, now: float) -> Urge | None:
        """Return what to say unasked, if anything; ask only while nobody talks."""
        if not self.enabled or now - self._last_seen > 1.0:
            return None
        if self._greets(now):
            self._arrived = None
            return Urge('greeting', self._window[-1][1].emotion)
        emotion = self._sustained(now)
        if emotion and self._settings.comfort and now - self._comforted >= self._cooldown:
            self._comforted = now
            return Urge('comfort', emotion)
        return None

    def talking(self) -> None:
        """Somebody talks, perhaps the robot: what the face shows now has company."""
        self._window.clear()

    def answered(self) -> None:
        """The user spoke first: no greeting is due any more."""
        self._arrived = None
        self._window.clear()

    @property
    def _cooldown(self) -> float:
        return self._settings.comfort_cooldown

    def _greets(self, now: float) -> bool:
        settings = self._settings
        waited = self._arrived is not None and now - self._arrived >= settings.greeting_after
        return settings.greeting and waited and bool(self._window)

    def _sustained(self, now: float) -> str:
        """Return the negative emotion that has lasted, or ''."""
        window = self._window
        if not window or now - window[0][0] < self._settings.comfort_seconds:
            return ''
        times = [time for time, _ in window]
        if max((b - a for a, b in zip(times, times[1:], strict=False)), default=9.0) > 2.0:
            return ''
        counts = Counter(sample.emotion for _, sample in window)
        negative = {emotion: counts[emotion] for emotion in NEGATIVE}
        if sum(negative.values()) < self._settings.comfort_share * len(window):
            return ''
        return max(negative, key=negative.__getitem__)
