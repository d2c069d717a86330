"""Who speaks when: a state machine without input or output.

Every exchange has a number. A new voice, new words or an urge of the robot's own begins the next
one, which also cancels the one before: pieces of an older turn are dropped, here and elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .events import (
    Action,
    Answer,
    Cancel,
    Enter,
    Event,
    Piece,
    Say,
    SpeechReport,
    State,
    Tick,
    Urge,
    UserSaid,
    VoiceEnded,
    VoiceStarted,
    Volunteer,
)

LISTENING = (State.LISTENING, State.INTERRUPTED)
# Seconds; between two utterances there is more, and stamps of one may differ by so much.
PAUSE = 0.2
REPLYING = (State.THINKING, State.SPEAKING)


@dataclass(frozen=True)
class Patience:
    """How long the machine waits for others, in seconds."""

    # For the words, after the voice has ended.
    words: float = 8.0
    # For the end of a voice.
    voice: float = 40.0
    # For the loudspeaker to begin, where there may be none.
    speaker: float = 3.0
    # For the next report of a loudspeaker that was speaking.
    report: float = 60.0
    # The loudspeaker falls silent between two pieces; only a longer silence is the end.
    settle: float = 0.4


class TurnMachine:
    """Events and the time in, actions out.

    `first_turn` is the number below the first turn's: the clock since boot in milliseconds keeps
    the numbers of a restarted process above its predecessor's.
    """

    def __init__(self, first_turn: int, patience: Patience | None = None) -> None:
        self.state = State.IDLE
        self.turn = first_turn
        self._patience = patience or Patience()
        self._actions: list[Action] = []
        self._now = 0.0
        self._deadline: float | None = None
        self._index = 0
        self._complete = False
        self._speaker_heard = False
        self._speaking = False
        # Since when there is a voice.
        self._voice: float | None = None
        # Words of somebody who goes on speaking.
        self._unfinished: UserSaid | None = None
        self._handlers: dict[type, Callable[[Any], None]] = {
            VoiceStarted: self._voice_started,
            VoiceEnded: self._voice_ended,
            UserSaid: self._user_said,
            Urge: self._urge,
            Piece: self._piece,
            SpeechReport: self._speech_report,
            Tick: self._tick,
        }

    def handle(self, event: Event, now: float) -> list[Action]:
        """Take in one event at the monotonic time `now` in seconds; return what is to be done."""
        self._now, self._actions = now, []
        self._handlers[type(event)](event)
        return self._actions

    def _voice_started(self, voice: VoiceStarted) -> None:
        if self.state not in LISTENING:
            self._begin(State.INTERRUPTED if self._replying else State.LISTENING)
        self._voice = voice.stamp
        self._deadline = self._now + self._patience.voice

    def _voice_ended(self, _: VoiceEnded) -> None:
        self._voice = None
        if self.state in LISTENING:
            self._deadline = self._now + self._patience.words

    def _user_said(self, said: UserSaid) -> None:
        goes_on = self._goes_on(said)
        said, self._unfinished = _joined(self._unfinished, said), None
        if not said.text.strip():
            self._nothing_said()
        elif goes_on:
            self._unfinished = said
        else:
            self._answer(said)

    def _goes_on(self, said: UserSaid) -> bool:
        """Return whether the person has begun to speak again since those words."""
        if self._voice is None or said.speech_end is None:
            return False
        return self.state in LISTENING and self._voice > said.speech_end + PAUSE

    def _answer(self, said: UserSaid) -> None:
        if self.state in LISTENING:
            self._enter(State.THINKING)
        else:
            self._begin(State.THINKING)
        self._actions.append(Answer(self.turn, said))

    def _urge(self, urge: Urge) -> None:
        if self.state is State.IDLE:
            self._volunteer(urge.kind, urge.emotion)

    def _piece(self, piece: Piece) -> None:
        if piece.turn != self.turn or not self._replying or self._complete:
            return
        if piece.text or piece.last:
            self._actions.append(Say(self._index, piece))
            self._index += 1
        if piece.text and self.state is State.THINKING:
            self._enter(State.SPEAKING)
        if piece.last:
            self._finish_reply()

    def _speech_report(self, report: SpeechReport) -> None:
        if report.turn < self.turn and self._speaker_heard:
            # Only a loudspeaker that was started anew goes back; what it had to say is lost.
            report = SpeechReport(self.turn, speaking=False)
        if report.turn != self.turn:
            return
        if self.state is State.IDLE and self._complete and report.speaking:
            # It took longer to begin than one that is not there is given.
            self._enter(State.SPEAKING)
        if not self._replying:
            return
        self._speaker_heard, self._speaking = True, report.speaking
        if self._complete:
            self._await_speaker()

    def _tick(self, _: Tick) -> None:
        if self._deadline is None or self._now < self._deadline:
            return
        if self.state in LISTENING:
            self._voice = None
            self._user_said(UserSaid(''))
        elif self._complete:
            self._enter(State.IDLE)

    @property
    def _replying(self) -> bool:
        return self.state in REPLYING

    def _begin(self, state: State) -> None:
        if self._replying:
            self._actions.append(Cancel(self.turn))
        self.turn += 1
        self._index = 0
        self._complete = self._speaker_heard = self._speaking = False
        self._enter(state)

    def _enter(self, state: State) -> None:
        self.state = state
        self._deadline = None
        self._actions.append(Enter(state, self.turn))

    def _volunteer(self, kind: str, emotion: str = '') -> None:
        self._begin(State.THINKING)
        self._actions.append(Volunteer(self.turn, kind, emotion))

    def _nothing_said(self) -> None:
        if self.state is State.INTERRUPTED:
            # A cough has cut a reply short, which must not end in silence.
            self._volunteer('resume')
        elif self.state is State.LISTENING:
            self._enter(State.IDLE)

    def _finish_reply(self) -> None:
        self._complete = True
        if self.state is State.THINKING:
            self._enter(State.IDLE)
        else:
            self._await_speaker()

    def _await_speaker(self) -> None:
        if not self._speaker_heard:
            wait = self._patience.speaker
        elif self._speaking:
            wait = self._patience.report
        elif self._deadline is not None and self._deadline <= self._now + self._patience.settle:
            # Further reports of the same silence do not prolong the wait.
            return
        else:
            wait = self._patience.settle
        self._deadline = self._now + wait


def _joined(first: UserSaid | None, rest: UserSaid) -> UserSaid:
    """Return what was said in two goes as one."""
    if first is None:
        return rest
    return replace(
        first,
        text=f'{first.text} {rest.text}'.strip(),
        language=rest.language or first.language,
        speech_end=rest.speech_end or first.speech_end,
    )
