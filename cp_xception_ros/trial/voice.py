"""The prompts as speech, through the voices that Judy has."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ..speech.devices import RATE, Opener, OutputSettings, openers
from ..speech.mixer import Mixer
from ..speech.pieces import Piece
from ..speech.player import Player
from ..speech.speaker import IDLE, Speaker, Status
from ..speech.synthesis import Sentence, Synthesiser, VoiceSettings, make_synthesiser

_VOLUME = 0.8
_FAREWELL = 1.5  # seconds
_LATENCY = 0.3  # seconds: nobody interrupts, and a busy machine must not stutter


class NoVoice:
    speaking = False

    def say(self, text: str) -> None:
        """Say nothing: everything is on the screen as well."""

    def close(self) -> None:
        """Nothing to release."""


class SpokenVoice:
    """Says one text at a time; a new one cuts off the one before. `on_error` hears of failures."""

    def __init__(
        self,
        synthesiser: Synthesiser,
        ways: list[Opener],
        language: str,
        on_error: Callable[[Exception], None],
    ) -> None:
        self._language = language
        self._turn, self._said = 0, 0
        mixer = Mixer(RATE, _VOLUME)
        self._speaker = Speaker(synthesiser, mixer, self._follow, on_error)
        self._player = Player(mixer, ways, self._speaker.tick, on_error)
        self._speaker.start()
        self._player.start()

    def say(self, text: str) -> None:
        self._turn += 1
        self._speaker.say(Piece(self._turn, 0, Sentence(text, self._language), last=True))

    @property
    def speaking(self) -> bool:
        """Whether the last text is still to be heard; never without a loudspeaker."""
        return bool(self._player.device) and self._said < self._turn

    def close(self) -> None:
        self._player.close()
        self._speaker.close()
        self._player.join(_FAREWELL)
        self._speaker.join(_FAREWELL)

    def _follow(self, status: Status) -> None:
        if status.state == IDLE:
            self._said = status.turn


def open_voice(
    language: str, environment: Mapping[str, str], on_error: Callable[[Exception], None]
) -> SpokenVoice:
    """Return Judy's own voice on the loudspeaker; raises Unavailable where there is no voice."""
    synthesiser = make_synthesiser(VoiceSettings(language=language), environment, on_error)
    # The last way is into files, where nobody hears it.
    ways = openers(OutputSettings('auto', '', Path(), _LATENCY))[:-1]
    return SpokenVoice(synthesiser, ways, language, on_error)
