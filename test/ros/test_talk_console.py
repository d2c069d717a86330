"""The console of judy: what is typed reaches the dialogue, also when it comes early."""

import threading
import time

import pytest

from cp_xception_ros.nodes import qos, talk_console, wire
from cp_xception_ros.nodes.talk_console import TalkConsoleNode


@pytest.fixture
def console(ros, monkeypatch):
    monkeypatch.setattr(talk_console, 'read_lines', lambda on_line: None)
    return ros.add(TalkConsoleNode(context=ros.context))


def test_a_line_that_is_piped_in_waits_for_the_dialogue(ros, console):
    typing = threading.Thread(target=console._publish, args=('hello',))
    typing.start()
    ros.spin(0.5)
    lines = ros.collect(wire.String, 'speech/typed', qos.EVENT)
    ros.until(lambda: lines)
    assert [line.data for line in lines] == ['hello']
    typing.join(5.0)


def test_without_a_dialogue_the_console_says_so(console, monkeypatch, capfd):
    monkeypatch.setattr(talk_console, 'PATIENCE', 0.1)
    console._publish('hello')
    time.sleep(0.1)
    assert 'nobody reads what is typed' in capfd.readouterr().err
