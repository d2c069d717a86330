"""A soothing piece without end, made by arithmetic: slow chords with a soft attack."""

from dataclasses import dataclass
import random

import numpy as np

OVERTONES = 4
LEVEL = 0.10
HIGHEST = 6000  # hertz
DETUNE = 0.0015  # two voices this far apart beat slowly, like strings


@dataclass(frozen=True)
class Mood:
    """`chords`: MIDI notes. `seconds`: of one chord. `brightness`: 0 dull to 1 bright."""

    chords: tuple[tuple[int, ...], ...]
    seconds: float
    brightness: float


MOODS = {
    # Major sevenths and added ninths in C, close together: nothing pulls anywhere.
    'calm': Mood(((48, 55, 60, 64, 71), (53, 57, 60, 64, 67), (45, 52, 60, 64, 67)), 9.0, 0.35),
    # Plain triads in G with a higher top.
    'happy': Mood(((55, 62, 67, 71, 74), (60, 64, 67, 72, 76), (62, 66, 69, 74, 78)), 6.0, 0.6),
    # From minor to major: to stay with somebody, and then lighten.
    'comfort': Mood(((45, 52, 57, 60, 64), (41, 53, 57, 60, 64), (48, 55, 60, 64, 67)), 10.0, 0.3),
}
# What a language model may ask for.
ALIASES = {'sad': 'comfort', 'soothing': 'calm', 'relaxing': 'calm', 'joyful': 'happy'}


class Chord:
    """Sine partials; `phasors` is how each of them turns within a block."""

    def __init__(self, mood: Mood, rate: int, choice: random.Random) -> None:
        notes = choice.choice(mood.chords)
        darker = choice.uniform(0.7, 1.0) * mood.brightness
        rows = [
            (hertz(note) * overtone * detune, darker ** (overtone - 1) / 2, choice.uniform(0, 1))
            for note in notes
            for overtone in range(1, OVERTONES + 1)
            for detune in (1 - DETUNE, 1 + DETUNE)
        ]
        frequencies, amplitudes, phases = np.array([row for row in rows if row[0] < HIGHEST]).T
        self._turns, self._phases = frequencies / rate, phases
        self._amplitudes = amplitudes / np.sqrt(len(notes))
        self._phasors = np.zeros((len(phases), 0), np.complex64)

    def render(self, position: int, count: int) -> np.ndarray:
        """The samples from `position` on, float32 (count,)."""
        if self._phasors.shape[1] != count:
            angles = np.outer(self._turns, np.arange(count)) % 1
            self._phasors = np.exp(2j * np.pi * angles).astype(np.complex64)
        # In double precision: a robot may run for weeks.
        begin = (self._turns * position + self._phases) % 1
        weights = (self._amplitudes * np.exp(2j * np.pi * begin)).astype(np.complex64)
        # Not @: the threads of a BLAS cost more than this little sum, on a busy robot far more.
        return np.einsum('p,pn->n', weights, self._phasors).imag


class Pad:
    """Endless music; the same for the same mood and seed, however it is cut into blocks."""

    def __init__(self, mood: str = 'calm', rate: int = 48000, seed: int = 0) -> None:
        """An unknown mood is played as calm."""
        self._mood = MOODS[known_mood(mood)]
        self._rate, self._seed = rate, seed
        self._length = round(self._mood.seconds * rate)
        self._position = 0
        self._chords: dict[int, Chord] = {}

    def read(self, count: int) -> np.ndarray:
        """The next `count` samples, float32 within -1..1."""
        start = self._position
        self._position += count
        sound = np.zeros(count, np.float32)
        first, last = start // self._length - 1, (start + count - 1) // self._length
        for number in range(max(0, first), last + 1):
            sound += self._envelope(number, start, count) * self._chord(number).render(
                start, count
            )
        self._chords = {n: chord for n, chord in self._chords.items() if n >= first}
        return LEVEL * sound

    def _envelope(self, number: int, start: int, count: int) -> np.ndarray:
        """Rises over one chord's time and falls over the next one's."""
        phase = (start - number * self._length + np.arange(count)) / self._length
        return np.where((phase > 0) & (phase < 2), np.sin(np.pi * phase / 2) ** 2, 0).astype('f4')

    def _chord(self, number: int) -> Chord:
        if number not in self._chords:
            choice = random.Random(f'{self._seed} {number}')
            self._chords[number] = Chord(self._mood, self._rate, choice)
        return self._chords[number]


def known_mood(mood: str) -> str:
    """One of MOODS for what was asked for."""
    mood = ALIASES.get(mood.lower(), mood.lower())
    return mood if mood in MOODS else 'calm'


def hertz(note: int) -> float:
    """Equal temperament, A4 (MIDI 69) at 440 Hz."""
    return float(440 * 2 ** ((note - 69) / 12))
