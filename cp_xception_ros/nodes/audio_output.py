"""The audio_output node: pieces of a reply in, speech and music out."""

from collections.abc import Callable
from dataclasses import dataclass
import os
from pathlib import Path
import sys
import tempfile
from typing import Any

from ..runtime.stats import Rate
from ..speech.devices import OUTPUTS, RATE, Opener, OutputSettings, openers
from ..speech.errors import Unavailable
from ..speech.mixer import Mixer
from ..speech.music import choose_music
from ..speech.player import Player
from ..speech.speaker import Speaker, Status
from ..speech.synthesis import (
    SYNTHESISERS,
    SilentSynthesiser,
    Synthesiser,
    VoiceSettings,
    make_synthesiser,
)
from . import params, qos, spin, wire
from .base import AppNode
from .health import ERROR, WARN, Health
from .params import param


@dataclass(frozen=True)
class AudioOutputConfig:
    synthesiser: str = param(
        'espeak', 'who speaks; espeak also stands in for the others', choices=SYNTHESISERS
    )
    voice: str = param(
        '', 'espeak: a voice such as en-us+f3; piper: path of an .onnx voice; openai: its name'
    )
    language: str = param('en', 'of replies that name none')
    rate: float = param(1.0, 'speed of speech, a factor', range=(0.5, 2.0))
    volume: float = param(0.8, 'of everything that is played', range=(0.0, 1.0))
    base_url: str = param('', 'openai: address of the server, such as http://localhost:8880/v1')
    model: str = param('', 'openai: the model; its key is in JUDY_TTS_API_KEY')
    output: str = param('auto', 'auto takes the first that works, else WAV files', choices=OUTPUTS)
    device: str = param('', 'loudspeaker: number or part of the name; empty: the default')
    latency: float = param(
        0.06, 'seconds of sound in the loudspeaker; more where it stutters', range=(0.01, 0.5)
    )
    wav_folder: str = param('', 'for WAV files; empty: judy in the directory for temporary files')
    music_folder: str = param(
        '', 'your music: files, or one folder for each mood; empty: the built-in piece'
    )
    frame_id: str = param('loudspeaker', 'frame of the loudspeaker')


class AudioOutputNode(AppNode):
    def __init__(
        self,
        synthesiser: Synthesiser | None = None,
        ways: list[Opener] | None = None,
        **options: Any,
    ) -> None:
        super().__init__('audio_output', **options)
        self.config = config = params.declare(self, AudioOutputConfig)
        self._voice_missing = ''
        self._mixer = Mixer(RATE, config.volume)
        synthesiser = synthesiser or self._make_synthesiser()
        self._remote = self._warn_of_remote(synthesiser)
        self._speaker = Speaker(synthesiser, self._mixer, self._tell, self.report)
        self._player = Player(self._mixer, ways or self._ways(), self._speaker.tick, self.report)
        self._pieces = Rate()
        self._music_seed = 0
        self._state = self.create_publisher(wire.SpeechState, 'speech/state', qos.STATE)
        self._remote_state = self.create_publisher(wire.Bool, '~/remote', qos.STATE)
        self.create_subscription(wire.Reply, 'dialogue/reply', self._say, qos.REPLY)
        self.create_subscription(
            wire.DialogueState, 'dialogue/state', self._follow_dialogue, qos.STATE
        )
        self.create_subscription(wire.AudioCommand, 'dialogue/audio', self._command, qos.EVENT)

    def start(self) -> None:
        self._remote_state.publish(wire.Bool(data=self._remote))
        self._speaker.start()
        self._player.start()

    def close(self) -> None:
        self._player.close()
        self._speaker.close()

    def join(self, timeout: float) -> bool:
        return self._player.join(timeout) and self._speaker.join(timeout)

    def health(self) -> Health:
        values = {
            'device': self._player.device or 'none',
            'pieces': str(self._pieces.total),
            'pieces_dropped': str(self._speaker.stale),
        }
        if self._voice_missing:
            return Health(ERROR, self._voice_missing, values)
        if not self._player.device:
            return Health(WARN, 'no output device is open', values)
        return Health(values=values)

    def _make_synthesiser(self) -> Synthesiser:
        config = self.config
        settings = VoiceSettings(
            config.synthesiser,
            config.voice,
            config.rate,
            config.language,
            config.base_url,
            config.model,
        )
        try:
            return make_synthesiser(settings, os.environ, self.report)
        except Unavailable as error:
            # The robot goes on without a voice; its replies can still be read on the topic.
            self._voice_missing = f'{error}; until then nothing is spoken'
            self.report(Unavailable(self._voice_missing))
            return SilentSynthesiser()

    def _warn_of_remote(self, synthesiser: Synthesiser) -> bool:
        if synthesiser.remote:
            self.get_logger().warning(f'the text of every reply goes to {synthesiser.name}')
        return synthesiser.remote

    def _ways(self) -> list[Opener]:
        folder = self.config.wav_folder or str(Path(tempfile.gettempdir(), 'judy'))
        settings = OutputSettings(
            self.config.output, self.config.device, Path(folder).expanduser(), self.config.latency
        )
        return [self._announced(way) for way in openers(settings)]

    def _announced(self, way: Opener) -> Opener:
        def open_it() -> Any:
            device = way()
            self.get_logger().info(f'playing on {device.name}')
            return device

        return open_it

    def _say(self, message: wire.Reply) -> None:
        self._pieces.add()
        self._speaker.say(wire.piece(message))

    def _follow_dialogue(self, message: wire.DialogueState) -> None:
        self._speaker.newest_turn(message.turn)

    def _command(self, message: wire.AudioCommand) -> None:
        if message.turn < self._speaker.turn:
            return
        commands: dict[int, Callable[[wire.AudioCommand], None]] = {
            wire.AudioCommand.PLAY_MUSIC: self._play_music,
            wire.AudioCommand.STOP_MUSIC: lambda _: self._mixer.stop_music(),
            wire.AudioCommand.SET_VOLUME: self._set_volume,
        }
        if message.command not in commands:
            self.report(ValueError(f'dialogue/audio: unknown command {message.command}'))
            return
        commands[message.command](message)

    def _play_music(self, message: wire.AudioCommand) -> None:
        self._music_seed += 1
        folder = self.config.music_folder
        self._mixer.play_music(
            choose_music(folder, message.mood, RATE, self._music_seed, self.report)
        )

    def _set_volume(self, message: wire.AudioCommand) -> None:
        if not 0 <= message.volume <= 1:
            self.report(ValueError(f'dialogue/audio: volume {message.volume}: must be 0 to 1'))
            return
        self._mixer.set_volume(message.volume)

    def _tell(self, status: Status) -> None:
        heard_at = self.now() + self._player.latency
        self._state.publish(wire.speech_state(status, heard_at, self.config.frame_id))


def main() -> int:
    return spin.run([AudioOutputNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
