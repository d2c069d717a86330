"""What a person sees of a session in a terminal: a line at each change, and a summary."""

from collections import Counter
from collections.abc import Sequence

from ..runtime.stats import Samples

# Seconds out of sight after which a face counts as gone.
GONE_AFTER = 1.0


class Session:
    """Takes in faces and emotions in the order of their pictures; times are in seconds."""

    def __init__(self) -> None:
        self._start: float | None = None
        self._end = 0.0
        self._numbers: dict[str, int] = {}
        self._shown: dict[str, str] = {}
        self._seen_at: dict[str, float] = {}
        self._emotions: dict[str, Counter[str]] = {}
        self._latency = Samples(size=100_000)
        self.pictures = self.faces = 0

    def picture(self, time: float, face_ids: Sequence[str]) -> list[str]:
        """Take in the faces of one picture; return the lines to show."""
        self._start = time if self._start is None else self._start
        self._end = max(self._end, time)
        self.pictures += 1
        self.faces += len(face_ids)
        self._seen_at.update(dict.fromkeys(face_ids, time))
        gone = [face for face in self._shown if time - self._seen_at[face] > GONE_AFTER]
        for face in gone:
            del self._shown[face]
        return [self._line(time, face, 'gone') for face in gone]

    def emotion(
        self, time: float, face_id: str, name: str, confidence: float, latency: float
    ) -> list[str]:
        """Take in one face's emotion, `latency` after its picture; return the lines to show."""
        self._latency.add(latency)
        self._emotions.setdefault(face_id, Counter())[name] += 1
        self._seen_at.setdefault(face_id, time)
        if self._shown.get(face_id) == name:
            return []
        self._shown[face_id] = name
        return [self._line(time, face_id, f'{name} {confidence:.2f}')]

    def summary(self, dropped: int, cpu_seconds: float) -> list[str]:
        """Say what was seen and how fast; `dropped` pictures came too fast to be looked at."""
        if not self.pictures:
            return ['saw no pictures']
        span = self._end - (self._start or 0.0)
        rate = f', {(self.pictures - 1) / span:.1f} a second' if span > 0 else ''
        lines = [
            f'{self.pictures} pictures in {span:.1f} s{rate}; {dropped} dropped; '
            f'{self.faces} faces of {len(self._emotions)} people or visits'
        ]
        p50, p95 = self._latency.percentile(50), self._latency.percentile(95)
        if p50 is not None and p95 is not None:
            lines.append(
                f'picture to emotion: p50 {p50 * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms; '
                f'CPU per picture: {cpu_seconds / self.pictures * 1e3:.1f} ms'
            )
        return lines + [self._shares(face) for face in self._emotions]

    def _shares(self, face_id: str) -> str:
        counts = self._emotions[face_id]
        total = sum(counts.values())
        shares = ', '.join(f'{n} {c / total:.0%}' for n, c in counts.most_common() if c)
        return f'face {self._number(face_id)}: {shares} of {total} pictures'

    def _line(self, time: float, face_id: str, text: str) -> str:
        elapsed = time - (time if self._start is None else self._start)
        return f'{elapsed:5.1f} s  face {self._number(face_id)}  {text}'

    def _number(self, face_id: str) -> int:
        return self._numbers.setdefault(face_id, len(self._numbers) + 1)
