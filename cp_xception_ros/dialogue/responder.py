"""Finds the words: safety first, then the language model, else the robot's own replies."""

from collections.abc import Callable
from dataclasses import dataclass
import logging
import threading

from .chat import ChatError
from .emotion_context import EmotionContext
from .events import Answer, Piece, Tone, UserSaid, Volunteer
from .guard import Forbidden
from .job import Job, Sink
from .local_replies import AUDIO, TONES, LocalReplies, LocalReply
from .memory import Memory
from .model_reply import ModelReply
from .patient_chat import PatientChat
from .persona import Persona, Remote
from .profile import Profile, ProfileError
from .safety import Finding, Safety
from .sentences import SentenceSplitter
from .tools import AudioRequest

logger = logging.getLogger(__name__)
SOOTHING = AudioRequest('play_music', mood='calm')


@dataclass(frozen=True)
class ResponderSettings:
    """`comfort_music`: 'off', 'offer' or 'start'; volume 0 to 1; lengths in characters."""

    comfort_music: str = 'offer'
    loudest: float = 1.0
    most_characters: int = 700


@dataclass
class Resources:
    """What a responder works with; `chat` is None where no model can be used."""

    persona: Persona
    replies: LocalReplies
    safety: Safety
    forbidden: Forbidden
    # By language: said instead of a model's forbidden words.
    instead: dict[str, str]
    chat: PatientChat | None = None


class Responder:
    """Makes one reply at a time, on the caller's thread; the rest may come from another.

    `remote` is what the disclosure says of other machines.
    """

    def __init__(
        self,
        resources: Resources,
        settings: ResponderSettings,
        memory: Memory,
        profile: Profile,
        disclosure_due: Callable[[], bool],
        disclosed: Callable[[], None],
    ) -> None:
        self._resources, self._settings = resources, settings
        self._memory, self._profile = memory, profile
        self._disclosure_due, self._disclosed = disclosure_due, disclosed
        self.remote = Remote.NOTHING
        self._lock = threading.Lock()
        self._unanswered: UserSaid | None = None
        self._finding: Finding | None = None
        self._language = ''
        self._music_offered = False
        self.recording = False

    def hear(self, said: UserSaid) -> Finding | None:
        """Take in the user's words at once; return the signs of danger in them.

        They are kept even when the words are never answered, because more words came.
        """
        finding = self._resources.safety.find(said.text, said.language)
        with self._lock:
            self._unanswered = said
            self._memory.hear(said.text)
            if finding:
                self._finding = finding
                self._memory.withhold()
        return finding

    def speak_up(self) -> None:
        """Note that the robot is about to speak unasked."""
        with self._lock:
            self._memory.volunteer()

    def spoke(self, piece: Piece) -> None:
        """Note that the piece went to the loudspeaker."""
        with self._lock:
            self._unanswered = None
            self._memory.say(piece.text)
            if piece.source == 'safety':
                self._finding = None

    def respond(self, job: Job, sink: Sink) -> None:
        """Hand the whole reply to the sink; its last piece is always handed over."""
        action = job.action
        if isinstance(action, Answer):
            self._answer(job, action.said, sink)
        elif action.kind == 'resume' and self._unanswered:
            # Words that were cut off before anything was said to them are answered after all.
            self._answer(job, self._unanswered, sink)
        else:
            self._volunteer(job, action, sink)
        sink.piece(Piece(job.turn, '', self._language, last=True))

    def forget(self) -> None:
        """Forget the conversation and the user.

        Raises ProfileError: the profile's file cannot be deleted.
        """
        with self._lock:
            self._memory.forget()
            self._profile.forget()

    def apology(self, turn: int) -> Piece:
        """Return the end of a reply that cannot be finished."""
        text = self._resources.replies.phrase('broken', self._language)
        return Piece(turn, text, self._language, last=True)

    def _answer(self, job: Job, said: UserSaid, sink: Sink) -> None:
        if self._finding:
            self._help(job, self._finding, sink)
            return
        replies = self._resources.replies
        self._language = replies.language(said.text, said.language)
        _, name = replies.intent(said.text, self._language)
        if name:
            self._meet(name)
        offered, self._music_offered = self._music_offered, False
        if not self._ask_model(job, said, offered, sink):
            self._answer_locally(job, said, offered, sink)
        self._disclose(job, sink)

    def _heed(self, job: Job, category: str, sink: Sink) -> None:
        """Give the fixed answer where the model saw what the patterns did not."""
        finding = Finding(category, self._language)
        with self._lock:
            self._finding = finding
            self._memory.withhold()
        sink.alert(job.turn, finding)
        self._help(job, finding, sink)

    def _help(self, job: Job, finding: Finding, sink: Sink) -> None:
        self._language = finding.language
        for sentence in self._resources.safety.answer(finding):
            self._say(job, sink, sentence, Tone.GENTLE, 'safety')

    def _ask_model(self, job: Job, said: UserSaid, offered: bool, sink: Sink) -> bool:
        """Reply by the model; False where nothing came of it."""
        chat = self._resources.chat
        if chat is None or not chat.usable:
            return False
        model = ModelReply(chat, self._resources.forbidden, self._settings)
        tone = TONES.get(job.context.emotion, Tone.NEUTRAL)
        say = self._speaker(job, sink, tone, 'model')
        instead = self._resources.instead.get(self._language, '')
        error = None
        try:
            requests = model.run(job, self._messages(job.context), sink, say, instead)
        except ChatError as failure:
            error, requests = failure, []
            self._tell_news(job, sink, silent=model.spoke)
        if job.cancelled:
            return True
        if model.danger:
            self._heed(job, model.danger, sink)
            return True
        if error is None:
            self._act(job, said, requests, offered, model.spoke, sink)
            return model.spoke or bool(requests)
        if model.spoke:
            say(self._resources.replies.phrase('broken', self._language))
        return model.spoke

    def _act(
        self,
        job: Job,
        said: UserSaid,
        requests: list[AudioRequest],
        offered: bool,
        spoke: bool,
        sink: Sink,
    ) -> None:
        """Do what the model called for, or what it was asked for and has no tools to do."""
        replies = self._resources.replies
        intent, _ = replies.intent(said.text, self._language)
        if not requests and spoke:
            if offered and intent == 'agree':
                requests = [SOOTHING]
            elif intent in ('music_on', 'music_off'):
                requests = [AUDIO[intent]]
        for request in requests:
            sink.audio(job.turn, request)
        if requests and not spoke:
            name = {'play_music': 'music_on', 'stop_music': 'music_off'}.get(requests[0].kind)
            intent = name or ('louder' if requests[0].volume > 0.5 else 'quieter')
            self._say(job, sink, replies.confirm(intent, self._language), Tone.NEUTRAL, 'model')

    def _answer_locally(self, job: Job, said: UserSaid, offered: bool, sink: Sink) -> None:
        replies = self._resources.replies
        reply = replies.reply(said.text, self._language, job.context.emotion)
        if offered and reply.intent == 'agree':
            text = replies.phrase('music_agreed', self._language)
            reply = LocalReply(text, 'agree', Tone.CALM, SOOTHING)
        self._say_locally(job, sink, reply)

    def _volunteer(self, job: Job, action: Volunteer, sink: Sink) -> None:
        replies = self._resources.replies
        language = self._language = self._language or replies.language('')
        if action.kind == 'comfort':
            self._say_locally(job, sink, replies.comfort(action.emotion, language))
            self._soothe(job, sink)
        elif action.kind == 'greeting':
            self._say_locally(job, sink, replies.greeting(action.emotion, language))
            self._disclose(job, sink)
        else:
            self._say(job, sink, replies.phrase(action.kind, language), Tone.NEUTRAL, 'local')

    def _soothe(self, job: Job, sink: Sink) -> None:
        replies, music = self._resources.replies, self._settings.comfort_music
        if music == 'offer':
            self._music_offered = True
            text = replies.phrase('offer_music', self._language)
        elif music == 'start':
            sink.audio(job.turn, SOOTHING)
            text = replies.phrase('start_music', self._language)
        else:
            return
        self._say(job, sink, text, Tone.GENTLE, 'local')

    def _disclose(self, job: Job, sink: Sink) -> None:
        if job.cancelled or not self._disclosure_due():
            return
        text = self._resources.persona.disclose(self._language, self.remote, self.recording)
        said = [self._say(job, sink, s, Tone.NEUTRAL, 'local') for s in _sentences(text)]
        if all(said):
            self._disclosed()

    def _tell_news(self, job: Job, sink: Sink, silent: bool) -> None:
        """Log and say once why the model does not answer."""
        chat = self._resources.chat
        problem = chat.news() if chat else None
        if problem is None:
            return
        logger.error('%s; going on with local replies', problem)
        if not silent:
            text = self._resources.replies.phrase(problem.cause, self._language)
            self._say(job, sink, text, Tone.NEUTRAL, 'local')

    def _messages(self, context: EmotionContext) -> list[dict[str, object]]:
        lines = [context.line(), self._profile.line()]
        system = {'role': 'system', 'content': self._resources.persona.system_prompt}
        with self._lock:
            turns = self._memory.messages(' '.join(line for line in lines if line))
        return [system, *map(dict, turns)]

    def _meet(self, name: str) -> None:
        try:
            with self._lock:
                self._profile.meet(name)
        except ProfileError as error:
            logger.warning('%s', error)

    def _say_locally(self, job: Job, sink: Sink, reply: LocalReply) -> None:
        for sentence in _sentences(reply.text):
            self._say(job, sink, sentence, reply.tone, 'local')
        if reply.audio:
            sink.audio(job.turn, reply.audio)

    def _speaker(self, job: Job, sink: Sink, tone: Tone, source: str) -> Callable[[str], bool]:
        return lambda text: self._say(job, sink, text, tone, source)

    def _say(self, job: Job, sink: Sink, text: str, tone: Tone, source: str) -> bool:
        piece = Piece(job.turn, text, self._language, tone, source=source)
        return not job.cancelled and sink.piece(piece)


def _sentences(text: str) -> list[str]:
    splitter = SentenceSplitter()
    return [*splitter.feed(text), *splitter.flush()]
