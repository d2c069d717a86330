"""The dialogue's own types to ROS messages and back; the messages come by way of `wire`."""

import math

from ..dialogue.conversation import Snapshot
from ..dialogue.emotion_context import EmotionSample
from ..dialogue.events import Piece, UserSaid
from ..dialogue.latency import Latency
from ..dialogue.safety import Finding
from ..dialogue.tools import AudioRequest
from ..emotion.labels import EMOTIONS, UNCERTAIN, name_of
from . import wire

COMMANDS = {
    'play_music': wire.AudioCommand.PLAY_MUSIC,
    'stop_music': wire.AudioCommand.STOP_MUSIC,
    'set_volume': wire.AudioCommand.SET_VOLUME,
}


def header(stamp: float) -> wire.Header:
    return wire.Header(stamp=wire.time(stamp))


def said(message: wire.Utterance) -> UserSaid:
    """Return final words; other people's recognisers may leave their times out."""
    times = message.speech_start, message.speech_end
    start, end = (None if t.sec == 0 and t.nanosec == 0 else wire.seconds(t) for t in times)
    return UserSaid(message.text, message.language, start, end)


def sample(message: wire.EmotionStamped) -> EmotionSample:
    """Return the expression on one face.

    Its name is looked up instead of read, because it goes into the language model's prompt.

    Raises StampError: the stamp cannot be used. ValueError: a figure is no number.
    """
    if not (math.isfinite(message.confidence) and math.isfinite(message.valence)):
        raise ValueError(f'emotion: confidence {message.confidence}, valence {message.valence}')
    return EmotionSample(
        stamp=wire.seconds(message.header.stamp),
        face_id=message.face_id,
        emotion=name_of(message.emotion),
        confidence=message.confidence,
        valence=message.valence,
        size=float(message.roi.width * message.roi.height),
    )


def dialogue_state(snapshot: Snapshot, stamp: float) -> wire.DialogueState:
    known = snapshot.emotion in EMOTIONS
    return wire.DialogueState(
        header=header(stamp),
        turn=snapshot.turn,
        state=snapshot.state,
        emotion_used=EMOTIONS.index(snapshot.emotion) if known else UNCERTAIN,
        emotion_confidence=snapshot.confidence if known else 0.0,
        source=snapshot.source,
    )


def reply(index: int, piece: Piece, stamp: float) -> wire.Reply:
    return wire.Reply(
        header=header(stamp),
        turn=piece.turn,
        index=index,
        text=piece.text,
        language=piece.language,
        tone=piece.tone,
        last=piece.last,
    )


def audio_command(turn: int, request: AudioRequest) -> wire.AudioCommand:
    return wire.AudioCommand(
        turn=turn,
        command=COMMANDS[request.kind],
        mood=request.mood,
        volume=float(request.volume),
    )


def alert(turn: int, finding: Finding, stamp: float) -> wire.Alert:
    return wire.Alert(
        header=header(stamp), turn=turn, category=finding.category, language=finding.language
    )


def turn_latency(latency: Latency) -> wire.TurnLatency:
    return wire.TurnLatency(
        header=header(latency.decided),
        turn=latency.turn,
        endpoint=wire.duration(latency.endpoint),
        recognised=wire.duration(latency.recognised),
        first_token=wire.duration(latency.first_token),
        first_sentence=wire.duration(latency.first_sentence),
        first_sound=wire.duration(latency.first_sound),
    )
