"""What a replay found and how fast it was: as JSON, and in a few lines."""

from dataclasses import dataclass
from typing import Any

from .engine import Engine
from .people import People, Person
from .score import ANSWERS, Score
from .source import Recording
from .timeline import Title

_MOST_LINES = 8


@dataclass(frozen=True)
class Speed:
    """How long the replay took, in seconds by the clock and of all cores, for how much."""

    recorded: float
    taken: float
    processor: float

    @property
    def times_real_time(self) -> float:
        return self.recorded / self.taken if self.taken else 0.0

    @property
    def cores(self) -> float:
        """How many cores were busy; fewer than there are threads wait for disk or others."""
        return self.processor / self.taken if self.taken else 0.0


@dataclass(frozen=True)
class Summary:
    recording: Recording
    engine: Engine
    people: People
    speed: Speed
    score: Score | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; all but `performance` are the same every time."""
        engine, people = self.engine, self.people
        return {
            'recording': self.recording.name,
            'topic': self.recording.topic,
            'detector': engine.detector,
            'model': engine.model,
            'seconds': round(people.duration, 3),
            'pictures': len(people.times),
            'pictures_with_a_face': int((people.largest > 0).sum()),
            'left_out': dict(engine.skipped),
            'gaps': [{'time': round(t, 3), 'seconds': round(s, 3)} for t, s in people.gaps],
            'faces': [_face(person) for person in people.everybody()],
            **({'score': self.score.as_dict()} if self.score else {}),
            'performance': {
                'seconds': round(self.speed.taken, 3),
                'times_real_time': round(self.speed.times_real_time, 2),
                'pictures_per_second': round(self._rate, 1),
                'cores_busy': round(self.speed.cores, 2),
                'stage_seconds': {n: round(s, 4) for n, s in engine.stages.seconds.items()},
                'stage_shares': {n: round(s, 4) for n, s in engine.stages.shares.items()},
            },
        }

    def lines(self) -> list[str]:
        """Return what a person wants to know."""
        people, everybody = self.people, self.people.everybody()
        pictures = len(people.times)
        left_out = ', '.join(f'{n} {kind}' for kind, n in self.engine.skipped.items())
        gaps = people.gaps
        lines = [
            f'{pictures} pictures in {people.duration:.1f} s, a face in '
            f'{_percent((people.largest > 0).sum(), pictures)}, {len(everybody)} people or visits'
            + (f'; left out: {left_out}' if left_out else '')
            + (f'; gaps: {len(gaps)}, the longest {max(s for _, s in gaps):.1f} s' if gaps else '')
        ]
        longest = sorted(everybody, key=len, reverse=True)[:_MOST_LINES]
        lines += [_line(person) for person in sorted(longest, key=lambda p: p.number)]
        if len(everybody) > _MOST_LINES:
            lines.append(f'and {len(everybody) - _MOST_LINES} more, seen for a shorter time')
        if self.score:
            lines += ['', *score_lines(self.score)]
        return [*lines, '', self._speed_line()]

    def title(self) -> Title:
        """Return the words above the timeline."""
        facts = [
            self.recording.topic,
            f'{len(self.people.times)} pictures in {self.people.duration:.1f} s',
            f'{self.engine.detector} and {self.engine.model}',
        ]
        result = ''
        if self.score:
            result = (
                f'right {_rate(self.score.accuracy)}  ·  '
                f'face found in {_rate(self.score.detection_rate)}  ·  '
                f'{_number(self.score.flicker)} changes a minute'
            )
        return Title(self.recording.name, '  ·  '.join(filter(None, facts)), result)

    @property
    def _rate(self) -> float:
        return len(self.people.times) / (self.speed.taken or 1.0)

    def _speed_line(self) -> str:
        shares = self.engine.stages.shares
        stages = ', '.join(f'{name} {share:.0%}' for name, share in shares.items())
        return (
            f'{self.speed.times_real_time:.1f} x real time, '
            f'{self._rate:.0f} pictures a second, {self.speed.cores:.1f} cores busy ({stages})'
        )


def score_lines(score: Score) -> list[str]:
    """Return rates and the confusion matrix; empty columns are left out."""
    lines = [
        f'labelled: {score.pictures} pictures, face found in {_rate(score.detection_rate)}',
        f'right: {_rate(score.accuracy)}, without smoothing {_rate(score.frame_accuracy)}',
        'time to the right answer after a change: '
        + (f'{score.time_to_right:.2f} s' if score.time_to_right is not None else 'none')
        + (f', never {score.never} times' if score.never else ''),
        f'flicker: {_number(score.flicker)} changes a minute',
        '',
    ]
    columns = [n for n in range(len(ANSWERS)) if score.confusion[:, n].any()]
    rows = [n for n in range(len(score.confusion)) if score.confusion[n].any()]
    lines.append(f'{"":>10}' + ''.join(f'{ANSWERS[n]:>10}' for n in columns))
    lines += [
        f'{ANSWERS[row]:>10}' + ''.join(f'{score.confusion[row, n]:>10}' for n in columns)
        for row in rows
    ]
    return lines


def _face(person: Person) -> dict[str, Any]:
    times = person.times
    changes = person.changes_per_minute
    return {
        'number': person.number,
        'face_id': person.face_id,
        'first': round(float(times[0]), 3),
        'last': round(float(times[-1]), 3),
        'seconds_in_view': round(person.seconds_in_view, 3),
        'pictures': len(person),
        'emotions': {name: round(share, 4) for name, share in person.shares.items()},
        'changes_per_minute': None if changes is None else round(changes, 2),
    }


def _line(person: Person) -> str:
    shares = ', '.join(f'{name} {share:.0%}' for name, share in list(person.shares.items())[:3])
    return (
        f'face {person.number} ({person.face_id}) from {person.times[0]:.1f} s, '
        f'{person.seconds_in_view:.1f} s in view: {shares}; '
        f'{_number(person.changes_per_minute)} changes a minute'
    )


def _percent(part: float, whole: int) -> str:
    return f'{part / whole:.0%}' if whole else 'none'


def _rate(value: float | None) -> str:
    return 'none' if value is None else f'{value:.1%}'


def _number(value: float | None) -> str:
    return 'no' if value is None else f'{value:.1f}'
