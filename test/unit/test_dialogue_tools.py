"""The bounds of what a model may do."""

import json

import pytest

from cp_xception_ros.dialogue.chat import ToolCall
from cp_xception_ros.dialogue.tools import (
    MOODS,
    QUIETEST,
    TOOLS,
    AudioRequest,
    ToolError,
    danger,
    parse,
)


def call(name, arguments='{}'):
    return parse(ToolCall('1', name, arguments), loudest=0.8)


def test_music_of_a_mood():
    assert call('play_music', '{"mood": "happy"}') == AudioRequest('play_music', mood='happy')


@pytest.mark.parametrize('arguments', ['', '{}', '{"mood": "../../etc"}', '{"mood": ["calm"]}'])
def test_any_other_mood_is_calm(arguments):
    assert call('play_music', arguments).mood == 'calm'


def test_music_stops():
    assert call('stop_music', '').kind == 'stop_music'


@pytest.mark.parametrize(
    ('asked', 'set_to'),
    [('0.5', 0.5), ('0', QUIETEST), ('-3', QUIETEST), ('1', 0.8), ('50', 0.5), ('1e300', 0.8)],
)
def test_the_volume_stays_in_bounds(asked, set_to):
    assert call('set_volume', f'{{"volume": {asked}}}').volume == set_to


@pytest.mark.parametrize('value', ['true', '"loud"', 'null', 'NaN', 'Infinity', '[1]'])
def test_a_volume_that_is_no_number_is_refused(value):
    with pytest.raises(ToolError):
        call('set_volume', f'{{"volume": {value}}}')


@pytest.mark.parametrize('arguments', ['{', 'calm', '[]', '"calm"', '[' * 100_000])
def test_arguments_that_are_no_object_are_refused(arguments):
    with pytest.raises(ToolError):
        call('play_music', arguments)


def test_another_tool_is_refused():
    with pytest.raises(ToolError):
        call('open_door')


def test_the_model_is_told_every_tool_and_mood():
    assert [tool['function']['name'] for tool in TOOLS] == [
        'play_music',
        'stop_music',
        'set_volume',
        'report_danger',
    ]
    assert all(mood in json.dumps(TOOLS) for mood in MOODS)


@pytest.mark.parametrize(
    ('arguments', 'category'),
    [
        ('{"category": "danger"}', 'danger'),
        ('{"category": "nothing"}', 'self_harm'),
        ('{', 'self_harm'),
    ],
)
def test_a_report_of_danger_counts_however_it_is_written(arguments, category):
    assert danger(ToolCall('1', 'report_danger', arguments)) == category


def test_other_calls_report_no_danger():
    assert danger(ToolCall('1', 'stop_music', '{}')) == ''
