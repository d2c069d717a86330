"""The speech_input node: a microphone in, utterances in words out."""

from collections.abc import Callable
from dataclasses import dataclass
import os
import sys
from typing import Any

from ..runtime.stats import Rate
from ..speech.activity import VoiceActivity
from ..speech.endpointing import Endpointer, EndpointSettings
from ..speech.errors import Unavailable
from ..speech.listener import Listener, VoiceChange
from ..speech.recognition import RECOGNISERS, Recogniser, RecogniserSettings, make_recogniser
from ..speech.sources import AudioSource, open_source
from ..speech.utterances import Heard, Recognition
from . import params, qos, spin, wire
from .base import AppNode, wait_for_reader
from .health import ERROR, OK, WARN, Health
from .params import param

READER_PATIENCE = 2.0  # seconds


@dataclass(frozen=True)
class SpeechInputConfig:
    source: str = param('microphone', 'microphone, or the path of a WAV file or a folder of them')
    device: str = param('', 'microphone: number or part of the name; empty: the default')
    muted: bool = param(False, 'start with the microphone off')
    recogniser: str = param('pocketsphinx', 'who turns speech into words', choices=RECOGNISERS)
    language: str = param('en', 'that people speak')
    model: str = param(
        '',
        'sherpa: directory of the model, empty: the one of judy-fetch-models; openai: its name',
    )
    base_url: str = param('', 'openai: address of the server; its key is in JUDY_ASR_API_KEY')
    threads: int = param(1, 'sherpa: threads of the network', range=(1, 16))
    aggressiveness: int = param(
        2, 'how readily sound is taken for noise instead of a voice', range=(0, 3)
    )
    lowest_level: float = param(-50.0, 'dBFS of the softest voice', range=(-90.0, 0.0))
    pre_roll: float = param(0.3, 'seconds before the voice that belong to it', range=(0.0, 2.0))
    end_silence: float = param(0.6, 'seconds of silence that end an utterance', range=(0.2, 3.0))
    longest: float = param(20.0, 'seconds of an utterance', range=(1.0, 120.0))
    barge_in: float = param(
        0.3, 'seconds of voice above its own that interrupt the robot', range=(0.1, 2.0)
    )
    frame_id: str = param('microphone', 'frame of the microphone')


class SpeechInputNode(AppNode):
    def __init__(
        self,
        recogniser: Recogniser | None = None,
        open: Callable[[str, str], AudioSource] = open_source,
        **options: Any,
    ) -> None:
        super().__init__('speech_input', **options)
        self.config = config = params.declare(self, SpeechInputConfig)
        self._open_source, self._muted, self._over = open, config.muted, False
        self._missing, self._heard, self._remote = '', Rate(), False
        self._recognition: Recognition | None = None
        self._listener: Listener | None = None
        endpointer = Endpointer(params.build(self, self._endpoint_settings))
        self._make_topics()
        try:
            self._make_listener(recogniser or self._make_recogniser(), endpointer)
        except Unavailable as error:
            # The robot goes on: words can still be typed.
            self._missing = f'{error}; until then nothing is heard'
            self.report(Unavailable(self._missing))

    def start(self) -> None:
        self._muted_state.publish(wire.Bool(data=self._muted))
        self._remote_state.publish(wire.Bool(data=self._remote))
        if self._recognition is not None and self._listener is not None:
            self._recognition.start()
            self._listener.start()

    def close(self) -> None:
        if self._recognition is not None and self._listener is not None:
            self._listener.close()
            self._recognition.close()

    def join(self, timeout: float) -> bool:
        if self._recognition is None or self._listener is None:
            return True
        return self._listener.join(timeout) and self._recognition.join(timeout)

    def health(self) -> Health:
        source = self._listener.source if self._listener else ''
        values = {
            'source': source or 'closed',
            'muted': str(self._muted).lower(),
            'utterances': str(self._heard.total),
            'overruns': str(self._listener.overruns if self._listener else 0),
        }
        if self._missing:
            return Health(ERROR, self._missing, values)
        if not (source or self._muted or self._over):
            return Health(WARN, f'{self.config.source} is not open', values)
        return Health(OK, 'muted' if self._muted else '', values)

    def _endpoint_settings(self) -> EndpointSettings:
        config = self.config
        return EndpointSettings(
            pre_roll=config.pre_roll,
            barge_in=config.barge_in,
            silence=config.end_silence,
            longest=config.longest,
        )

    def _make_topics(self) -> None:
        self._transcripts = self.create_publisher(wire.Utterance, 'speech/transcript', qos.EVENT)
        self._voices = self.create_publisher(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self._muted_state = self.create_publisher(wire.Bool, '~/muted', qos.STATE)
        self._remote_state = self.create_publisher(wire.Bool, '~/remote', qos.STATE)
        self.create_subscription(wire.SpeechState, 'speech/state', self._hear_robot, qos.STATE)
        self.create_service(wire.SetBool, '~/mute', self._serve_mute)

    def _make_recogniser(self) -> Recogniser:
        config = self.config
        settings = RecogniserSettings(
            config.recogniser, config.language, config.model, config.base_url, config.threads
        )
        return make_recogniser(settings, os.environ)

    def _make_listener(self, recogniser: Recogniser, endpointer: Endpointer) -> None:
        if recogniser.remote:
            self.get_logger().warning(f'the sound of every utterance goes to {recogniser.name}')
        self._remote = recogniser.remote
        activity = VoiceActivity(self.config.aggressiveness, self.config.lowest_level)
        self._recognition = Recognition(recogniser, self._publish_heard, self.report)
        self._listener = Listener(
            self._open,
            activity,
            endpointer,
            self._recognition,
            self._publish_voice,
            self.report,
            self.now,
            self._end,
            muted=self._muted,
        )

    def _hear_robot(self, message: wire.SpeechState) -> None:
        if self._listener is not None:
            stamp = message.header.stamp
            self._listener.robot_level(message.level_dbfs, stamp.sec + stamp.nanosec * 1e-9)

    def _serve_mute(
        self, request: wire.SetBool.Request, response: wire.SetBool.Response
    ) -> wire.SetBool.Response:
        self._muted = request.data
        response.success = self._listener is None or self._listener.mute(request.data)
        response.message = f'microphone {"off" if request.data else "on"}'
        if not response.success:
            response.message = 'the microphone does not close: it is busy'
        self._muted_state.publish(wire.Bool(data=self._muted and response.success))
        self.get_logger().info(response.message)
        return response

    # From here on, on the threads of the listener and of the recogniser.

    def _open(self) -> AudioSource:
        source = self._open_source(self.config.source, self.config.device)
        self.get_logger().info(f'listening to {source.name}')
        if self.config.source != 'microphone':
            # Subscribers get a recording from its start.
            wait_for_reader(self._transcripts, READER_PATIENCE)
        return source

    def _publish_voice(self, change: VoiceChange) -> None:
        self._voices.publish(wire.voice_activity(change, self.config.frame_id))

    def _publish_heard(self, heard: Heard) -> None:
        if heard.final:
            self._heard.add()
        self._transcripts.publish(wire.utterance(heard, self.config.frame_id))
        self.get_logger().debug(f'utterance {heard.number}: {heard.transcript.text}')

    def _end(self) -> None:
        self._over = True
        self.get_logger().info(f'{self.config.source} is over')


def main() -> int:
    return spin.run([SpeechInputNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
