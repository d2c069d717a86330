"""What can happen in a conversation, and what can follow from it."""

from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """Where the conversation stands; the values are DialogueState's."""

    IDLE = 0
    LISTENING = 1
    THINKING = 2
    SPEAKING = 3
    INTERRUPTED = 4


class Tone(IntEnum):
    """How to say a piece; the values are Reply's."""

    NEUTRAL = 0
    GENTLE = 1
    CHEERFUL = 2
    CALM = 3


ANNOUNCEMENTS = ('recording_on', 'recording_off')
"""What people must be told."""

# Events


@dataclass(frozen=True)
class VoiceStarted:
    """A person began to speak; over the robot's own voice this is an interruption.

    `stamp`: when, on the clock of `UserSaid`; 0 where that is not known.
    """

    stamp: float = 0.0


@dataclass(frozen=True)
class VoiceEnded:
    """The person fell silent; the words are still to come."""


@dataclass(frozen=True)
class UserSaid:
    """The final words, spoken or typed; without text, something was heard but not understood."""

    text: str
    language: str = ''
    # Seconds on the clock of the emotion samples; None for typed text.
    speech_start: float | None = None
    speech_end: float | None = None


@dataclass(frozen=True)
class Urge:
    """The robot would like to speak unasked: 'greeting', 'comfort' or one of ANNOUNCEMENTS."""

    kind: str
    emotion: str = ''


@dataclass(frozen=True)
class Piece:
    """Something speakable of the reply to `turn`."""

    turn: int
    text: str
    language: str = 'en'
    tone: Tone = Tone.NEUTRAL
    last: bool = False
    # Who found the words: 'model', 'local' or 'safety'.
    source: str = 'local'


@dataclass(frozen=True)
class SpeechReport:
    """What the loudspeaker does with `turn`."""

    turn: int
    speaking: bool


@dataclass(frozen=True)
class Tick:
    """Time passes."""


Event = VoiceStarted | VoiceEnded | UserSaid | Urge | Piece | SpeechReport | Tick


# Actions


@dataclass(frozen=True)
class Enter:
    """Tell everybody the state and the newest turn."""

    state: State
    turn: int


@dataclass(frozen=True)
class Answer:
    """Find a reply to what the user said."""

    turn: int
    said: UserSaid


@dataclass(frozen=True)
class Volunteer:
    """Say something unasked; besides the kinds of `Urge`: 'resume' after a false interruption."""

    turn: int
    kind: str
    emotion: str = ''


@dataclass(frozen=True)
class Cancel:
    """Give up the reply to `turn`: what is left of it will not be spoken."""

    turn: int


@dataclass(frozen=True)
class Say:
    """Send the piece to the loudspeaker as number `index` of its turn."""

    index: int
    piece: Piece


Action = Enter | Answer | Volunteer | Cancel | Say
