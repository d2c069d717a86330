"""A conversation: events from the sensors in, pieces of speech out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
import threading
import time
from typing import Protocol

from ..runtime.workers import LatestWorker
from .disclosure import Disclosure
from .emotion_context import EmotionContext, EmotionHistory, EmotionSample
from .events import (
    ANNOUNCEMENTS,
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
from .job import Job
from .latency import Latency, TurnClock
from .persona import Remote
from .proactive import Proactive
from .responder import Responder
from .safety import LONGEST, Finding
from .tools import AudioRequest
from .turns import TurnMachine


@dataclass(frozen=True)
class Snapshot:
    """What DialogueState says."""

    state: State
    turn: int
    emotion: str
    confidence: float
    source: str


class Outlet(Protocol):
    """Where a conversation goes; called from several threads, one at a time."""

    def state(self, snapshot: Snapshot) -> None: ...

    def say(self, index: int, piece: Piece) -> None: ...

    def has_listeners(self) -> bool:
        """Tell whether anybody, such as a loudspeaker, takes what is said."""
        ...

    def audio(self, turn: int, request: AudioRequest) -> None: ...

    def alert(self, turn: int, finding: Finding) -> None: ...

    def latency(self, latency: Latency) -> None: ...


class Conversation:
    """Binds the turn machine, the expression, the urges and the responder.

    Replies are made on a thread of their own; every other call returns at once. `wall` is the
    clock of the emotion samples and of the latencies, in seconds. `on_error` gets what went wrong
    while a reply was made; the user gets an apology.
    """

    def __init__(
        self,
        machine: TurnMachine,
        make_responder: Callable[[Callable[[], bool], Callable[[], None]], Responder],
        outlet: Outlet,
        proactive: Proactive,
        emotions: EmotionHistory,
        on_error: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._machine, self._outlet = machine, outlet
        self._proactive, self._emotions = proactive, emotions
        self._disclosure = Disclosure()
        self._responder = make_responder(self._disclosure_due, self._disclosed)
        self._clock, self._wall = clock, wall
        self._lock = threading.RLock()
        self._job: Job | None = None
        self._announcement = ''
        self._context, self._source = EmotionContext(), ''
        self._voice_ended: float | None = None
        self._turn_clock: TurnClock | None = None
        self._worker: LatestWorker[Job] = LatestWorker('dialogue', self._respond, on_error)

    def start(self) -> None:
        with self._lock:
            self._publish(Enter(self._machine.state, self._machine.turn))
        self._worker.start()

    def close(self) -> None:
        """Give up what is being said and end the thread; does not wait."""
        with self._lock:
            if self._job:
                self._job.cancel()
        self._worker.close()

    def join(self, timeout: float) -> bool:
        return self._worker.join(timeout)

    # What happens outside

    def hear(self, said: UserSaid) -> None:
        """Take in final words, spoken or typed; very long ones are cut."""
        said = replace(said, text=said.text[:LONGEST])
        with self._lock:
            now = self._wall()
            if said.text.strip():
                self._proactive.answered()
                self._context = self._emotions.context(said.speech_end or now, said.speech_start)
            self._report_latency()
            decided = now if said.speech_end is None else self._voice_ended or now
            self._handle(said)
            self._voice_ended = None
            if said.text.strip():
                turn = self._machine.turn
                self._turn_clock = TurnClock(turn, decided, now, said.speech_end)

    def voice(self, started: bool, stamp: float) -> None:
        """Take in that a voice began or ended, at `stamp` on the wall clock."""
        with self._lock:
            self._voice_ended = None if started else stamp
            self._handle(VoiceStarted(stamp) if started else VoiceEnded())

    def loudspeaker(self, turn: int, speaking: bool) -> None:
        """Take in what the loudspeaker does."""
        with self._lock:
            if speaking:
                self._note('first_sound', turn)
            self._handle(SpeechReport(turn, speaking))

    def see(self, sample: EmotionSample) -> None:
        """Take in the expression of one face."""
        with self._lock:
            self._emotions.add(sample)
            self._disclosure.see(sample.face_id, self._clock())
            self._proactive.see(sample, self._clock())

    def tick(self) -> None:
        """Let time pass; to be called some ten times a second."""
        with self._lock:
            self._handle(Tick())
            if self._machine.state is not State.IDLE:
                self._proactive.talking()
            elif self._outlet.has_listeners():
                self._speak_up()

    @property
    def proactive(self) -> bool:
        return self._proactive.enabled

    @proactive.setter
    def proactive(self, enabled: bool) -> None:
        with self._lock:
            self._proactive.enabled = enabled

    def goes_elsewhere(self, remote: Remote) -> None:
        """Take in what goes to another machine; people are told again where that is more."""
        with self._lock:
            if remote & ~self._responder.remote:
                self._disclosure.renew()
            self._responder.remote = remote

    def record(self, on: bool) -> None:
        """Take in whether people are recorded, and tell them, whatever else may be said."""
        with self._lock:
            if on != self._responder.recording:
                self._responder.recording = on
                self._announcement = 'recording_on' if on else 'recording_off'

    def forget(self) -> None:
        """Forget the conversation and the user.

        Raises ProfileError: the profile's file cannot be deleted.
        """
        self._responder.forget()

    # What the responder hands over

    def piece(self, piece: Piece) -> bool:
        with self._lock:
            if self._machine.state is State.THINKING and piece.turn == self._machine.turn:
                self._source = piece.source
            if piece.text:
                self._note('first_sentence', piece.turn)
            said = any(isinstance(action, Say) for action in self._handle(piece))
            if said and piece.text:
                self._responder.spoke(piece)
            return said

    def audio(self, turn: int, request: AudioRequest) -> bool:
        with self._lock:
            current = turn == self._machine.turn
            if current:
                self._outlet.audio(turn, request)
            return current

    def alert(self, turn: int, finding: Finding) -> None:
        with self._lock:
            self._outlet.alert(turn, finding)

    def first_token(self, turn: int) -> None:
        with self._lock:
            self._note('first_token', turn)

    # Inside

    def _handle(self, event: Event) -> list[Action]:
        actions = self._machine.handle(event, self._clock())
        for action in actions:
            self._act(action)
        return actions

    def _speak_up(self) -> None:
        """Say something unasked where there is a reason to."""
        urge = self._next_urge()
        if urge is None:
            return
        if urge.emotion:
            self._context = EmotionContext(emotion=urge.emotion)
        self._handle(urge)

    def _act(self, action: Action) -> None:
        if isinstance(action, Enter):
            if action.state not in (State.SPEAKING, State.IDLE):
                self._source = ''
            if action.state in (State.LISTENING, State.INTERRUPTED):
                self._context = EmotionContext()
            self._publish(action)
        elif isinstance(action, Say):
            self._outlet.say(action.index, action.piece)
        elif isinstance(action, Cancel):
            if self._job:
                self._job.cancel()
                self._announce_again(self._job.action)
        elif isinstance(action, Answer | Volunteer):
            self._listen(action)
            self._job = Job(action, self._context)
            self._worker.put(self._job)

    def _next_urge(self) -> Urge | None:
        if self._announcement:
            kind, self._announcement = self._announcement, ''
            return Urge(kind)
        return self._proactive.urge(self._clock())

    def _announce_again(self, action: Answer | Volunteer) -> None:
        """Keep an announcement that was cut off, unless a newer one waits."""
        if isinstance(action, Volunteer) and action.kind in ANNOUNCEMENTS:
            self._announcement = self._announcement or action.kind

    def _listen(self, action: Answer | Volunteer) -> None:
        if isinstance(action, Volunteer):
            self._responder.speak_up()
        elif finding := self._responder.hear(action.said):
            self.alert(action.turn, finding)

    def _publish(self, entered: Enter) -> None:
        if entered.state is State.IDLE:
            self._report_latency()
        context = self._context
        self._outlet.state(
            Snapshot(
                entered.state, entered.turn, context.emotion, context.confidence, self._source
            )
        )

    def _respond(self, job: Job) -> None:
        if job.turn != self._machine.turn:
            return
        try:
            self._responder.respond(job, self)
        except Exception:
            self.piece(self._responder.apology(job.turn))
            raise

    def _note(self, moment: str, turn: int) -> None:
        clock = self._turn_clock
        if clock and clock.turn == turn:
            clock.note(moment, self._wall())
            if clock.complete:
                self._report_latency()

    def _report_latency(self) -> None:
        if self._turn_clock and (latency := self._turn_clock.report()):
            self._outlet.latency(latency)

    def _disclosure_due(self) -> bool:
        with self._lock:
            return self._disclosure.due(self._clock(), self._day())

    def _disclosed(self) -> None:
        with self._lock:
            self._disclosure.told(self._clock(), self._day())

    def _day(self) -> str:
        return time.strftime('%Y-%m-%d', time.localtime(self._wall()))
