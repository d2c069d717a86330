"""What a language model may do besides talking, and the bounds it cannot leave."""

from dataclasses import dataclass
import json
import math
from typing import Any, Literal

from .chat import ToolCall

MOODS = ('calm', 'happy', 'sad')
# Quieter than this, a model could make the robot's offers of help inaudible.
QUIETEST = 0.1
# What the model reports with REPORT_DANGER, as the categories of `safety`.
REPORT_DANGER = 'report_danger'
DANGERS = ('self_harm', 'danger')
# More calls in one reply are a model gone wild.
MOST_CALLS = 2


@dataclass(frozen=True)
class AudioRequest:
    """Something for the loudspeaker besides speech; `volume` is 0 to 1."""

    kind: Literal['play_music', 'stop_music', 'set_volume']
    mood: str = ''
    volume: float = 0.0


class ToolError(ValueError):
    """The call makes no sense; the text is for the model."""


def _function(name: str, description: str, **properties: Any) -> dict[str, Any]:
    parameters = {
        'type': 'object',
        'properties': properties,
        'required': list(properties),
        'additionalProperties': False,
    }
    return {
        'type': 'function',
        'function': {'name': name, 'description': description, 'parameters': parameters},
    }


# The same in every request, like the system prompt, so that servers can cache them.
TOOLS = (
    _function(
        'play_music',
        'Play soft music, when the user asks for it or agrees to it.',
        mood={'type': 'string', 'enum': list(MOODS)},
    ),
    _function('stop_music', 'Stop the music.'),
    _function(
        'set_volume',
        "Set the loudspeaker's volume, only when the user asks for it.",
        volume={'type': 'number', 'minimum': QUIETEST, 'maximum': 1.0},
    ),
    _function(
        REPORT_DANGER,
        'Call this before saying anything when the user may think of suicide or self-harm, or may'
        ' be in danger. The robot then tells where people help.',
        category={'type': 'string', 'enum': list(DANGERS)},
    ),
)


def danger(call: ToolCall) -> str:
    """Return the category of danger that the call reports, '' where it reports none.

    A report whose arguments make no sense is one all the same.
    """
    if call.name != REPORT_DANGER:
        return ''
    try:
        category = _arguments(call.arguments).get('category')
    except ToolError:
        category = None
    return category if category in DANGERS else DANGERS[0]


def parse(call: ToolCall, loudest: float = 1.0) -> AudioRequest:
    """Return what the call asks for, within bounds: volume QUIETEST to `loudest`, known moods.

    Raises ToolError: no such tool, arguments that are no JSON object, or a volume that is no
    number.
    """
    arguments = _arguments(call.arguments)
    if call.name == 'play_music':
        mood = arguments.get('mood')
        return AudioRequest('play_music', mood=mood if mood in MOODS else MOODS[0])
    if call.name == 'stop_music':
        return AudioRequest('stop_music')
    if call.name == 'set_volume':
        return AudioRequest('set_volume', volume=_volume(arguments.get('volume'), loudest))
    raise ToolError(f'there is no tool {call.name[:40]!r}')


def _arguments(text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text or '{}')
    except (ValueError, RecursionError) as error:
        raise ToolError('the arguments are no JSON') from error
    if not isinstance(arguments, dict):
        raise ToolError('the arguments are no JSON object')
    return arguments


def _volume(value: object, loudest: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ToolError('volume must be a number from 0 to 1')
    # Some models write per cent.
    volume = value / 100 if value > 1 else value
    return min(max(volume, QUIETEST), loudest)
