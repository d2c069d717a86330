"""The parts of the benchmark that measure nothing."""

import json
import math
import re
import sys

import pytest

from benchmark import beeps, failing_model, machine, processes, report
from benchmark.case import Case, Measure, MeasuringFailed, Target
from benchmark.overhead import cpu_per_picture
from cp_xception_ros.cli.session import Session

FAST = Measure('fast', 'time', 'ms', Target('≤', 12))
PLAIN = Measure('plain', 'more', 's')
CASE = Case('a_case', (FAST, PLAIN), 'all of it', lambda settings: {})

UDP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
  85: 00000000:1CE8 00000000:0000 07 00000000:00000000 00:00000000 00000000     0
  93: 0100007F:4E34 00000000:0000 07 00000000:00000000 00:00000000 00000000     0
  99: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0
"""


def result(**values):
    return report.Result(CASE, values)


@pytest.mark.parametrize(
    ('relation', 'on_the_limit', 'above'),
    [('≥', True, True), ('≤', True, False), ('<', False, False)],
)
def test_a_target_is_a_limit_on_one_side(relation, on_the_limit, above):
    assert Target(relation, 5).met(5) is on_the_limit
    assert Target(relation, 5).met(5.1) is above


def test_the_table_shows_median_spread_and_whether_the_target_is_met():
    rows = report.table([result(fast=[9.0, 14.0, 11.0], plain=[1.0])]).splitlines()
    assert rows[0].split() == ['measure', 'target', 'median', 'spread', 'met']
    assert rows[1] == 'a_case'
    assert re.split('  +', rows[2]) == ['', 'time', '≤ 12 ms', '11.0 ms', '9.0 … 14.0', 'yes']
    assert rows[3].split() == ['more', '1.00', 's', '1.00', '…', '1.00']


def test_a_missed_target_stands_out():
    assert report.table([result(fast=[13.0])]).splitlines()[2].endswith('NO')


def test_what_never_came_misses_its_target():
    never = result(fast=[math.inf, math.inf, 3.0])
    assert report.met(FAST, never.values['fast']) is False
    assert 'never' in report.table([never])
    assert report.document({}, [never])['cases'][0]['measures'][0]['median'] is None


def test_a_case_or_a_measure_without_values_says_so():
    skipped = report.Result(CASE, {}, 'no data')
    broken = report.Result(CASE, {}, 'no camera', failed=True)
    lines = report.table([skipped, broken, result(plain=[1.0])]).splitlines()
    assert '  not measured: no data' in lines
    assert '  failed: no camera' in lines
    assert any('time' in line and 'not measured' in line for line in lines)


def test_the_document_is_json_with_every_value():
    text = json.dumps(report.document({'cores': 2}, [result(fast=[9.0, 14.0], plain=[])]))
    document = json.loads(text)
    assert document['cores'] == 2
    assert document['cases'][0]['measures'][0] == {
        'key': 'fast',
        'measure': 'time',
        'unit': 'ms',
        'target': '≤ 12',
        'median': 9.0,
        'values': [9.0, 14.0],
        'met': True,
    }


def test_a_reason_is_in_the_document():
    case = report.document({}, [report.Result(CASE, {}, 'no data')])['cases'][0]
    assert case['not_measured'] == 'no data'
    assert case['failed'] is False


def test_the_cpu_time_is_read_from_the_summary_of_a_session():
    session = Session()
    session.picture(1.0, ['abcde'])
    session.emotion(1.0, 'abcde', 'neutral', 0.5, latency=0.01)
    assert cpu_per_picture('\n'.join(session.summary(0, cpu_seconds=0.0123))) == 12.3


def test_a_summary_without_cpu_time_is_a_failure():
    with pytest.raises(MeasuringFailed, match='saw no pictures'):
        cpu_per_picture('saw no pictures')


@pytest.mark.parametrize(
    ('text', 'name'),
    [
        ('processor: 0\nmodel name\t: AMD EPYC\n', 'AMD EPYC'),
        (
            'processor: 0\nModel\t: Raspberry Pi 5 Model B Rev 1.0\n',
            'Raspberry Pi 5 Model B Rev 1.0',
        ),
    ],
)
def test_the_processor_is_named(text, name):
    assert machine.cpu_model(text) == name


def test_the_domains_of_others_are_seen():
    assert processes.domains_in_use(UDP) == {0, 50}


def test_a_child_hands_over_its_output():
    with processes.Child(
        'child', [sys.executable, '-c', 'print("one"); print("two")'], {}
    ) as child:
        assert child.finish(timeout=20) == 'one\ntwo'


def test_a_child_that_fails_is_named_with_its_last_words():
    script = 'import sys; sys.exit("out of paper")'
    with (
        processes.Child('printer', [sys.executable, '-c', script], {}) as child,
        pytest.raises(MeasuringFailed, match='printer ended with 1: out of paper'),
    ):
        child.finish(timeout=20)


def test_waiting_ends_when_what_it_needs_has_ended():
    with (
        processes.Child('child', [sys.executable, '-c', ''], {}) as child,
        pytest.raises(MeasuringFailed, match='child ended with 0'),
    ):
        processes.wait_until(lambda: False, 20, 'nothing came', [child])


def test_waiting_has_a_limit():
    with pytest.raises(MeasuringFailed, match='nothing came, after 0 s'):
        processes.wait_until(lambda: False, 0, 'nothing came')


DEAF = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(60)
"""


def test_no_child_outlives_its_block(monkeypatch):
    monkeypatch.setattr(processes, 'FAREWELL', 0.3)
    with processes.Child('child', [sys.executable, '-c', DEAF], {}) as child:
        child.wait_for_line(lambda line: line == 'deaf', 20)
    assert child.has_ended()


def test_our_time_is_the_time_to_the_first_sound_without_the_server():
    pytest.importorskip('rclpy', reason='needs ROS')
    from benchmark import conversation

    values = conversation.values([(0.5, 0.4), (0.52, 0.4), (0.54, 0.4)], [(1.5, 0.4)])
    assert values['ours_p50'] == pytest.approx(120)
    assert values['streamed_p50'] == pytest.approx(520)
    assert values['whole_p95'] == pytest.approx(1500)


def test_a_fifth_of_the_turns_is_interrupted_and_a_fifth_fails():
    plan = failing_model.make_plan(200, seed=1)
    assert sum(plan.interrupted) == sum(map(bool, plan.failures)) == 40
    assert set(plan.failures) - {''} == set(failing_model.FAILURES)


@pytest.mark.parametrize('turn', [0, 7, 29, 1007])
def test_the_tone_of_a_turn_is_found_again(turn):
    assert beeps.heard(beeps.beep(turn, 960)) == turn % beeps.TONES


def test_silence_has_no_tone():
    assert beeps.heard(0 * beeps.beep(0, 960)) == beeps.SILENT


@pytest.mark.parametrize(
    ('tone', 'begun', 'ended', 'wrong'),
    [(1, 1.1, 1.5, 0), (1, 1.1, 2.1, 0), (1, 1.1, 2.5, 1), (1, 2.1, 2.15, 0), (2, 1.1, 1.5, 1)],
)
def test_a_sound_outside_its_turn_is_counted(tone, begun, ended, wrong):
    output = f'some line\nsounds {tone} {begun}\nsounds -1 {ended}'
    assert beeps.count_wrong(output, [30, 31, 32], [0.0, 1.0, 2.0]) == wrong


def test_a_turn_that_is_not_heard_is_counted():
    output = 'sounds 0 0.1\nsounds -1 0.5\nsounds 2 2.1'
    assert beeps.count_silent(output, [30, 31, 32], [0.0, 1.0, 2.0]) == 1
