from cp_xception_ros.cli.session import Session


def test_a_line_at_each_change_and_none_between():
    session = Session()
    lines = []
    for n in range(100):
        time = 50.0 + n / 10
        lines += session.picture(time, ['aaaaa'])
        name = 'happiness' if n < 40 else 'neutral'
        lines += session.emotion(time, 'aaaaa', name, 0.93, 0.01)
    assert lines == ['  0.0 s  face 1  happiness 0.93', '  4.0 s  face 1  neutral 0.93']


def test_faces_are_numbered_in_order_and_their_leaving_is_told_once():
    session = Session()
    session.picture(0.0, ['aaaaa', 'bbbbb'])
    lines = session.emotion(0.0, 'aaaaa', 'fear', 0.5, 0.01)
    lines += session.emotion(0.0, 'bbbbb', 'anger', 0.5, 0.01)
    for n in range(1, 40):
        lines += session.picture(n / 10, ['bbbbb'])
    assert lines == [
        '  0.0 s  face 1  fear 0.50',
        '  0.0 s  face 2  anger 0.50',
        '  1.1 s  face 1  gone',
    ]


def test_the_summary_tells_pictures_drops_latency_and_cpu():
    session = Session()
    for n in range(31):
        session.picture(n / 30, ['aaaaa'])
        session.emotion(n / 30, 'aaaaa', 'neutral', 0.6, 0.010 if n < 29 else 0.020)
    text = '\n'.join(session.summary(dropped=3, cpu_seconds=0.31))
    assert '31 pictures in 1.0 s, 30.0 a second; 3 dropped; 31 faces of 1' in text
    assert 'p50 10.0 ms' in text
    assert 'CPU per picture: 10.0 ms' in text
    assert 'face 1: neutral 100% of 31 pictures' in text


def test_a_session_without_pictures_says_so():
    assert Session().summary(dropped=0, cpu_seconds=0.0) == ['saw no pictures']
