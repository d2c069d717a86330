"""What the user's face expressed while speaking, in one short line for the language model."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

UNCERTAIN = 'uncertain'
# Changes of mean valence (-1 to 1) below this are noise from one utterance to the next.
STEADY = 0.15


@dataclass(frozen=True)
class EmotionSample:
    """One face at one moment: `stamp` in seconds, `size` in square pixels."""

    stamp: float
    face_id: str
    emotion: str
    confidence: float
    valence: float
    size: float


@dataclass(frozen=True)
class EmotionContext:
    """The expression over one utterance; `shares` of time by emotion add up to at most 1."""

    emotion: str = UNCERTAIN
    confidence: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)
    trend: str = ''

    def line(self) -> str:
        """Return the fixed short form that precedes the user's words."""
        if self.emotion == UNCERTAIN:
            return '[expression: not seen]'
        shares = ', '.join(f'{name} {share:.0%}' for name, share in self.shares.items())
        trend = f'; {self.trend}' if self.trend else ''
        return f'[expression: {shares}; confidence {self.confidence:.1f}{trend}]'


class EmotionHistory:
    """Keeps the last `span` seconds of samples and sums them up, one utterance at a time.

    Times are in seconds on the clock of the pictures. A sample counts until the next one of its
    face, at most `hold` seconds; samples below `min_confidence` count as uncertain; an utterance
    whose last sample is more than `max_age` seconds older than its end has no expression.
    """

    def __init__(
        self,
        min_confidence: float = 0.4,
        max_age: float = 2.0,
        hold: float = 0.5,
        span: float = 60.0,
        lead: float = 3.0,
    ) -> None:
        self._min_confidence, self._max_age = min_confidence, max_age
        self._hold, self._span, self._lead = hold, span, lead
        self._samples: deque[EmotionSample] = deque()
        self._last_valence: float | None = None

    def add(self, sample: EmotionSample) -> None:
        # A clock set back, such as a bag played again, makes the old samples worthless.
        if self._samples and sample.stamp < self._samples[-1].stamp - self._span:
            self._samples.clear()
        self._samples.append(sample)
        while self._samples[0].stamp < sample.stamp - self._span:
            self._samples.popleft()

    def context(self, end: float, start: float | None = None) -> EmotionContext:
        """Sum up the utterance from `start` to `end`; typed text has no start: the last seconds.

        Also remembers its valence, which the next utterance's trend is measured from.
        """
        start = end - self._lead if start is None else min(start, end - self._hold)
        samples = _main_face(s for s in self._samples if start <= s.stamp <= end)
        if not samples or end - samples[-1].stamp > self._max_age:
            return EmotionContext()
        weights = self._weights(samples, end)
        sure = [
            (sample, weight)
            for sample, weight in zip(samples, weights, strict=True)
            if sample.confidence >= self._min_confidence and sample.emotion != UNCERTAIN
        ]
        return self._sum_up(sure, sum(weights))

    def _weights(self, samples: list[EmotionSample], end: float) -> list[float]:
        following = [sample.stamp for sample in samples[1:]] + [end]
        # The last sample of all may coincide with the end and still be the only one.
        return [
            max(1e-3, min(after - sample.stamp, self._hold))
            for sample, after in zip(samples, following, strict=True)
        ]

    def _sum_up(self, sure: list[tuple[EmotionSample, float]], total: float) -> EmotionContext:
        seconds: dict[str, float] = defaultdict(float)
        for sample, weight in sure:
            seconds[sample.emotion] += weight
        # Mostly unsure is unsure: a glimpse must not stand for the whole utterance.
        if sum(seconds.values()) < total / 2:
            return EmotionContext()
        ranked = sorted(seconds.items(), key=lambda item: (-item[1], item[0]))
        shares = {name: time / total for name, time in ranked if time / total >= 0.1}
        emotion = ranked[0][0]
        return EmotionContext(
            emotion=emotion,
            confidence=_mean((s.confidence, w) for s, w in sure if s.emotion == emotion),
            shares=shares,
            trend=self._trend(_mean((s.valence, w) for s, w in sure)),
        )

    def _trend(self, valence: float) -> str:
        before, self._last_valence = self._last_valence, valence
        if before is None:
            return ''
        change = valence - before
        if abs(change) < STEADY:
            return 'mood steady'
        return 'mood brighter than before' if change > 0 else 'mood darker than before'


def _main_face(samples: Iterable[EmotionSample]) -> list[EmotionSample]:
    """Return the samples of the face that was largest and longest in view."""
    faces: dict[str, list[EmotionSample]] = defaultdict(list)
    for sample in samples:
        faces[sample.face_id].append(sample)
    return max(faces.values(), key=lambda face: sum(s.size for s in face), default=[])


def _mean(weighted: Iterable[tuple[float, float]]) -> float:
    pairs = list(weighted)
    return sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)
