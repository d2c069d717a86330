"""A whole conversation without ROS, for tests: words and faces in, pieces of speech out."""

import dataclasses
import functools
import random
import threading

from cp_xception_ros.dialogue.assembly import load_resources
from cp_xception_ros.dialogue.chat import ChatError
from cp_xception_ros.dialogue.conversation import Conversation
from cp_xception_ros.dialogue.emotion_context import EmotionHistory, EmotionSample
from cp_xception_ros.dialogue.events import UserSaid
from cp_xception_ros.dialogue.local_replies import LocalReplies
from cp_xception_ros.dialogue.memory import Memory
from cp_xception_ros.dialogue.patient_chat import PatientChat
from cp_xception_ros.dialogue.proactive import Proactive, ProactiveSettings
from cp_xception_ros.dialogue.profile import Profile
from cp_xception_ros.dialogue.responder import Responder, ResponderSettings
from cp_xception_ros.dialogue.scripted_chat import ScriptedChat
from cp_xception_ros.dialogue.turns import TurnMachine

VALENCE = {'sadness': -0.8, 'happiness': 0.8, 'neutral': 0.0}
KEY = ChatError('the key is refused', 'key')
CUT = ChatError('cut off', 'broken', retry=True)
# The number below the first turn's.
FIRST = 100
READ = functools.cache(
    lambda languages: load_resources('', '', languages, random.Random(0), print)
)


class Recorder:
    """Everything the conversation lets out."""

    def __init__(self):
        self.lock = threading.Condition()
        self.states, self.pieces, self.sounds, self.alerts, self.latencies = [], [], [], [], []
        self.finished, self.listeners = set(), True

    def state(self, snapshot):
        self._add(self.states, snapshot)

    def say(self, index, piece):
        with self.lock:
            self.pieces.append((index, piece))
            if piece.last:
                self.finished.add(piece.turn)
            self.lock.notify_all()

    def has_listeners(self):
        return self.listeners

    def audio(self, turn, request):
        self._add(self.sounds, (turn, request))

    def alert(self, turn, finding):
        self._add(self.alerts, (turn, finding))

    def latency(self, latency):
        self._add(self.latencies, latency)

    def _add(self, place, item):
        with self.lock:
            place.append(item)
            self.lock.notify_all()

    def wait(self, condition):
        with self.lock:
            assert self.lock.wait_for(condition, 10.0)

    def said(self, turn=None):
        return [p.text for _, p in self.pieces if p.text and turn in (None, p.turn)]


class Talk:
    """A conversation with a scripted model and hand-made clocks."""

    def __init__(
        self,
        *script,
        told=True,
        settings=None,
        profile=None,
        proactive=None,
        languages=('en', 'de'),
    ):
        self.out, self.now, self.errors = Recorder(), 1000.0, []
        self.backend = ScriptedChat(*script) if script else None
        shared = READ(languages)
        books = LocalReplies(shared.replies._books.values(), 'Judy', random.Random(0))
        resources = dataclasses.replace(shared, replies=books, chat=None)
        if self.backend:
            resources.chat = PatientChat(self.backend, clock=lambda: self.now, pause=0.0)
        self.resources = resources

        def make_responder(due, disclosed):
            due = (lambda: False) if told else due
            return Responder(
                resources,
                settings or ResponderSettings(),
                Memory(),
                profile or Profile(),
                due,
                disclosed,
            )

        self.conversation = Conversation(
            TurnMachine(FIRST),
            make_responder,
            self.out,
            Proactive(proactive or ProactiveSettings()),
            EmotionHistory(),
            self.errors.append,
            clock=lambda: self.now,
            wall=lambda: self.now,
        )

    def __enter__(self):
        self.conversation.start()
        return self

    def __exit__(self, *_):
        self.conversation.close()
        assert self.conversation.join(10.0)

    def type(self, text, language=''):
        """Type a text and wait for the whole reply; return its pieces."""
        turn = self.type_only(text, language)
        self.out.wait(lambda: turn in self.out.finished)
        return self.out.said(turn)

    def type_only(self, text, language=''):
        self.conversation.hear(UserSaid(text, language))
        return self.out.states[-1].turn

    def look(self, emotion, seconds=5.0, face='a1111', tick=False):
        for _ in range(round(seconds * 5)):
            self.now += 0.2
            self.conversation.see(
                EmotionSample(self.now, face, emotion, 0.8, VALENCE[emotion], 100.0)
            )
            if tick:
                self.conversation.tick()

    def request(self, number=-1):
        return self.backend.requests[number][0]
