"""From typed words to the first sound, with a language model that streams its reply."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
import sys
import time

import numpy as np

from .case import Case, Measure, NotMeasured, Settings, Target
from .processes import REPOSITORY, Child, free_domain, judy_command, own_environment
from .talking import Person

sys.path.insert(0, str(REPOSITORY / 'test' / 'servers'))
import chat_server  # noqa: E402
import pulse  # noqa: E402

TURNS = 25
WORDS = 'Good evening, I am back from work.'
FIRST = 'I am glad that you are back.'
REPLY = (
    f'{FIRST} Work can be long, and an evening like this one is a good time to let go of it. '
    'Sit down for a moment if you like, and have something warm to drink. Then tell me what was '
    'the best part of your day, and what was hard. I listen as long as you want to talk.'
)
# Seconds before the first token, and after each.
DELAY, PAUSE = 0.3, 0.02
SETTLE = 0.5  # seconds of silence between two turns


class Model:
    """The server's side of one turn: when the request came, and when the words left."""

    def __init__(self, held_back: bool = False) -> None:
        self.asked = self.first_sentence = 0.0
        self._held_back = held_back

    def __call__(self, handler: chat_server.Handler) -> None:
        """Stream REPLY; `held_back`: all at once, when its last word would have left."""
        self.asked = time.monotonic()
        handler.begin()
        words = REPLY.split(' ')
        time.sleep(DELAY + self._held_back * PAUSE * len(words))
        for number, word in enumerate(words):
            handler.delta({'content': word if number == 0 else f' {word}'})
            if number + 1 == len(FIRST.split(' ')):
                self.first_sentence = time.monotonic()
            if not self._held_back:
                time.sleep(PAUSE)
        handler.end()

    @property
    def own_time(self) -> float:
        """Seconds from the request to the last token of the first sentence."""
        return self.first_sentence - self.asked


def run(settings: Settings) -> Mapping[str, float]:
    """Talk for TURNS turns with a reply that streams, then with one that comes whole."""
    if pulse.missing():
        raise NotMeasured(pulse.missing())
    with ExitStack() as stack:
        stack.enter_context(pulse.Pulse())
        server = stack.enter_context(chat_server.ChatServer())
        domain = free_domain()
        judy = stack.enter_context(Child('judy', _judy(server.url), own_environment(domain)))
        person = stack.enter_context(Person(domain, judy))
        monitor = stack.enter_context(pulse.Monitor())
        _turn(person, server, monitor, Model())  # which also introduces the robot
        streamed = [_turn(person, server, monitor, Model()) for _ in range(TURNS)]
        whole = [_turn(person, server, monitor, Model(True)) for _ in range(TURNS)]
    return values(streamed, whole)


def values(
    streamed: Sequence[tuple[float, float]], whole: Sequence[tuple[float, float]]
) -> dict[str, float]:
    """Return the measures in milliseconds; of each turn: first sound, and the server's part."""
    ours = [sound - server for sound, server in streamed]
    sound, server = np.transpose(streamed)
    return {
        **_percentiles('ours', ours),
        **_percentiles('streamed', sound),
        **_percentiles('whole', [sound for sound, _ in whole]),
        'server_p50': float(np.median(server)) * 1e3,
    }


def _turn(
    person: Person, server: chat_server.ChatServer, monitor: pulse.Monitor, model: Model
) -> tuple[float, float]:
    """Type, and wait for the whole reply; return seconds to the first sound, and the server's."""
    server.then(model)
    turn, sent = person.say(WORDS)
    person.wait(lambda: bool(monitor.moments(sent).size), 'no sound')
    person.wait(lambda: person.replied(turn), 'the reply has no end')
    person.interrupt()
    time.sleep(SETTLE)
    return float(monitor.moments(sent)[0]) - sent, model.own_time


def _judy(url: str) -> list[str]:
    parameters = {
        'dialogue_manager:base_url': url,
        'dialogue_manager:proactive': 'false',
        'audio_output:output': 'loudspeaker',
    }
    settings = [part for item in parameters.items() for part in ('-p', ':='.join(item))]
    return judy_command('--no-camera', '--no-microphone', '--quiet', '--ros-args', *settings)


def _percentiles(key: str, seconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(seconds, [50, 95]) * 1e3
    return {f'{key}_p50': float(p50), f'{key}_p95': float(p95)}


CASE = Case(
    'conversation',
    (
        Measure('ours_p50', 'words to first sound without the server, p50', 'ms'),
        Measure(
            'ours_p95', 'words to first sound without the server, p95', 'ms', Target('≤', 150)
        ),
        Measure('streamed_p50', 'words to first sound, streamed, p50', 'ms'),
        Measure('streamed_p95', 'words to first sound, streamed, p95', 'ms'),
        Measure('whole_p50', 'words to first sound, whole reply, p50', 'ms'),
        Measure('whole_p95', 'words to first sound, whole reply, p95', 'ms'),
        Measure('server_p50', "the server's own time, p50", 'ms'),
    ),
    f'{TURNS} typed lines to judy as one process, espeak-ng, PortAudio and PulseAudio with a sink '
    f'that leads nowhere; a local server that waits {DELAY:g} s and then sends a word each '
    f'{1e3 * PAUSE:g} ms. From the sending of the words to the first sample above -50 dBFS on '
    "the sink's monitor. The server's own time: from the arrival of the request to the last word "
    'of the first sentence. Whole reply: the same words, all sent when the last one is due.',
    run,
)
