"""The dialogue_manager node: words and expressions in, what the robot says out."""

from collections.abc import Callable
import os
from pathlib import Path
import random
import sys
import time
from typing import Any

from ..dialogue.assembly import ModelSettings, load_resources, make_chat
from ..dialogue.chat import ChatBackend
from ..dialogue.conversation import Conversation, Snapshot
from ..dialogue.emotion_context import EmotionHistory
from ..dialogue.events import Piece, State, UserSaid
from ..dialogue.latency import Latency
from ..dialogue.memory import Memory
from ..dialogue.openai_chat import Limits
from ..dialogue.patient_chat import PatientChat
from ..dialogue.persona import Remote
from ..dialogue.proactive import Proactive, ProactiveSettings
from ..dialogue.profile import Profile, ProfileError
from ..dialogue.responder import Resources, Responder, ResponderSettings
from ..dialogue.safety import Finding
from ..dialogue.tools import AudioRequest
from ..dialogue.turns import TurnMachine
from ..runtime.stats import Samples
from . import params, qos, spin, wire, wire_dialogue
from .base import AppNode, steady_clock
from .dialogue_config import DialogueManagerConfig
from .health import WARN, Health, milliseconds

# How often the turn machine and the urges look at the clock, in seconds.
TICK = 0.1


class DialogueManagerNode(AppNode):
    def __init__(self, chat: ChatBackend | None = None, **options: Any) -> None:
        super().__init__('dialogue_manager', **options)
        self.config = config = params.declare(self, DialogueManagerConfig)
        self._complaints: list[str] = []
        self._first_sentence, self._turn = Samples(), 0
        self._resources = params.build(self, self._load)
        self._chat, remote = self._make_chat(chat)
        self._resources.chat = self._chat
        self._remote = Remote.MODEL if remote else Remote.NOTHING
        if config.remote_speech:
            self._remote |= Remote.SPEECH
        self._recorded = False
        self._profile = self._open_profile()
        self._conversation = self._make_conversation()
        self._conversation.proactive = config.proactive
        self._open_topics()

    def start(self) -> None:
        self._disclose()
        self._tell_proactive()
        self._conversation.start()
        if self._chat:
            self._chat.warm_up()

    def close(self) -> None:
        self._conversation.close()
        if self._chat:
            self._chat.close()

    def join(self, timeout: float) -> bool:
        return self._conversation.join(timeout)

    def health(self) -> Health:
        values = {
            'model': self._chat.name if self._chat else 'none',
            'turn': str(self._turn),
            'first_sentence_ms_p50_p95': milliseconds(self._first_sentence),
        }
        problem = self._chat.problem if self._chat else None
        if problem:
            return Health(WARN, str(problem), values)
        if self._complaints:
            return Health(WARN, self._complaints[0], values)
        return Health(values=values)

    # What the conversation lets out

    def state(self, snapshot: Snapshot) -> None:
        self._turn = snapshot.turn
        self._state.publish(wire_dialogue.dialogue_state(snapshot, self.now()))

    def say(self, index: int, piece: Piece) -> None:
        self.get_logger().debug(f'{piece.turn}.{index} {piece.source}: {piece.text}')
        self._reply.publish(wire_dialogue.reply(index, piece, self.now()))

    def has_listeners(self) -> bool:
        return self._reply.get_subscription_count() > 0

    def audio(self, turn: int, request: AudioRequest) -> None:
        self._audio.publish(wire_dialogue.audio_command(turn, request))

    def alert(self, turn: int, finding: Finding) -> None:
        self._alert.publish(wire_dialogue.alert(turn, finding, self.now()))

    def latency(self, latency: Latency) -> None:
        self._first_sentence.add(latency.first_sentence)
        self._latency.publish(wire_dialogue.turn_latency(latency))

    # How it is made

    def _load(self) -> Resources:
        config = self.config
        languages = [name.strip() for name in config.languages.split(',') if name.strip()]
        rng = random.Random(config.seed or None)
        return load_resources(
            config.persona_file, config.phrases_folder, languages, rng, self._complain
        )

    def _make_chat(self, chat: ChatBackend | None) -> tuple[PatientChat | None, bool]:
        if chat:
            return PatientChat(chat), False
        config = self.config
        limits = Limits(config.first_token_timeout, config.total_timeout)
        settings = ModelSettings(
            config.base_url, config.model, config.temperature, config.max_tokens, limits
        )
        return make_chat(settings, os.environ, self._complain)

    def _open_profile(self) -> Profile:
        path = self.config.profile_file
        try:
            return Profile(Path(path).expanduser() if path else None)
        except ProfileError as error:
            self._complain(str(error))
            return Profile()

    def _make_conversation(self) -> Conversation:
        config = self.config
        proactive = ProactiveSettings(
            comfort=config.comfort,
            comfort_seconds=config.comfort_seconds,
            comfort_share=config.comfort_share,
            comfort_cooldown=config.comfort_cooldown,
            greeting=config.greeting,
            absence=config.absence,
        )
        # Since boot, so that a restarted node goes on above its predecessor's turns.
        boot_time = round(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000)
        return Conversation(
            TurnMachine(boot_time - 1),
            self._make_responder,
            self,
            Proactive(proactive),
            EmotionHistory(config.min_confidence, config.max_emotion_age),
            self.report,
            wall=self.now,
        )

    def _make_responder(
        self, disclosure_due: Callable[[], bool], disclosed: Callable[[], None]
    ) -> Responder:
        config = self.config
        settings = ResponderSettings(
            comfort_music=config.comfort_music,
            loudest=config.loudest,
        )
        memory = Memory(config.memory_turns, config.memory_tokens)
        return Responder(
            self._resources, settings, memory, self._profile, disclosure_due, disclosed
        )

    def _open_topics(self) -> None:
        self._state = self.create_publisher(wire.DialogueState, 'dialogue/state', qos.STATE)
        self._reply = self.create_publisher(wire.Reply, 'dialogue/reply', qos.REPLY)
        self._audio = self.create_publisher(wire.AudioCommand, 'dialogue/audio', qos.EVENT)
        self._alert = self.create_publisher(wire.Alert, 'dialogue/alert', qos.EVENT)
        self._latency = self.create_publisher(wire.TurnLatency, 'dialogue/latency', qos.EVENT)
        self._disclosure = self.create_publisher(wire.String, 'dialogue/disclosure', qos.STATE)
        self._proactive = self.create_publisher(wire.Bool, '~/proactive', qos.STATE)
        subscribe = self.create_subscription
        subscribe(wire.Utterance, 'speech/transcript', self._hear, qos.EVENT)
        subscribe(wire.String, 'speech/typed', self._read, qos.EVENT)
        subscribe(wire.VoiceActivity, 'speech/activity', self._listen, qos.EVENT)
        subscribe(wire.SpeechState, 'speech/state', self._follow_speech, qos.STATE)
        subscribe(wire.EmotionStamped, 'emotion', self._see, qos.EVENT)
        subscribe(wire.Bool, 'speech_input/remote', self._follow_recogniser, qos.STATE)
        subscribe(wire.Bool, 'audio_output/remote', self._follow_voice, qos.STATE)
        subscribe(wire.Bool, 'recorder/recording', self._follow_recorder, qos.STATE)
        self.create_service(wire.SetBool, '~/set_proactive', self._set_proactive)
        self.create_service(wire.Trigger, '~/forget', self._forget)
        self.create_timer(TICK, self._conversation.tick, clock=steady_clock())

    # What comes in

    def _hear(self, message: wire.Utterance) -> None:
        if message.final:
            self.get_logger().debug(f'heard: {message.text}')
            try:
                self._conversation.hear(wire_dialogue.said(message))
            except wire.StampError as error:
                self.report(error)

    def _read(self, message: wire.String) -> None:
        self.get_logger().debug(f'read: {message.data}')
        self._conversation.hear(UserSaid(message.data))

    def _listen(self, message: wire.VoiceActivity) -> None:
        try:
            self._conversation.voice(message.voice, wire.seconds(message.header.stamp))
        except wire.StampError as error:
            self.report(error)

    def _follow_speech(self, message: wire.SpeechState) -> None:
        speaking = message.state == wire.SpeechState.SPEAKING
        self._conversation.loudspeaker(message.turn, speaking)

    def _follow_recorder(self, message: wire.Bool) -> None:
        self._recorded = message.data
        self._conversation.record(message.data)
        self._disclose()

    def _see(self, message: wire.EmotionStamped) -> None:
        try:
            self._conversation.see(wire_dialogue.sample(message))
        except ValueError as error:
            self.report(error)

    def _follow_recogniser(self, message: wire.Bool) -> None:
        self._goes_elsewhere(Remote.SPEECH, message.data or self.config.remote_speech)

    def _follow_voice(self, message: wire.Bool) -> None:
        self._goes_elsewhere(Remote.VOICE, message.data)

    def _goes_elsewhere(self, what: Remote, remote: bool) -> None:
        if remote is not (what in self._remote):
            self._remote ^= what
            self._disclose()

    def _set_proactive(
        self, request: wire.SetBool.Request, response: wire.SetBool.Response
    ) -> wire.SetBool.Response:
        self._conversation.proactive = request.data
        self._tell_proactive()
        response.success = True
        response.message = f'speaks unasked: {"yes" if request.data else "no"}'
        return response

    def _forget(
        self, request: wire.Trigger.Request, response: wire.Trigger.Response
    ) -> wire.Trigger.Response:
        try:
            self._conversation.forget()
        except ProfileError as error:
            self.report(error)
            response.message = str(error)
            return response
        response.success, response.message = True, 'the conversation and the user are forgotten'
        return response

    def _disclose(self) -> None:
        self._conversation.goes_elsewhere(self._remote)
        language = self.config.languages.split(',')[0].strip()
        text = self._resources.persona.disclose(language, self._remote, self._recorded)
        self._disclosure.publish(wire.String(data=text))

    def _tell_proactive(self) -> None:
        self._proactive.publish(wire.Bool(data=self._conversation.proactive))

    def _complain(self, line: str) -> None:
        self._complaints.append(line)
        self.get_logger().warning(line)


# The states of the messages are the states of the machine; this is checked once, at import.
assert all(getattr(wire.DialogueState, state.name) == state for state in State)


def main() -> int:
    return spin.run([DialogueManagerNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
