"""/diagnostics: one status of each node about once a second, with the figures people ask for."""

from diagnostic_msgs.msg import DiagnosticArray

from cp_xception_ros.nodes.camera import CameraNode
from cp_xception_ros.nodes.emotion_classifier import EmotionClassifierNode
from cp_xception_ros.nodes.face_detector import FaceDetectorNode
from cp_xception_ros.nodes.health import OK, WARN, Health, worse

FIGURES = {
    'camera': {'source', 'state', 'pictures_per_second', 'reopened', 'errors'},
    'face_detector': {'detector', 'pictures_dropped', 'latency_ms_p50_p95', 'errors'},
    'emotion_classifier': {'model', 'pictures_dropped', 'latency_ms_p50_p95', 'errors'},
}


def test_every_node_says_how_it_does(ros):
    got = ros.collect(DiagnosticArray, '/diagnostics', 50)
    ros.make(EmotionClassifierNode)
    ros.make(FaceDetectorNode, detector='cascade')
    ros.make(CameraNode, video_device='clip')
    ros.until(lambda: {status.name for m in got for status in m.status} == set(FIGURES))
    ros.spin(3.0)
    latest = {m.status[0].name: m.status[0] for m in got}
    for name, keys in FIGURES.items():
        assert keys <= {value.key for value in latest[name].values}
        assert latest[name].level == bytes([OK]), latest[name].message
        assert latest[name].message


def test_an_error_shows_as_a_warning_with_its_text(ros):
    node = ros.make(FaceDetectorNode, detector='cascade')
    got = ros.collect(DiagnosticArray, '/diagnostics', 50)
    node.report(OSError('the lens cap is on'))
    ros.until(lambda: got)
    assert got[-1].status[0].level == bytes([WARN])
    assert got[-1].status[0].message == 'the lens cap is on'


def test_the_graver_of_two_states_speaks_and_all_figures_stay():
    state = worse(Health(WARN, 'slow', {'a': '1'}), Health(OK, 'fine', {'b': '2'}))
    assert state == Health(WARN, 'slow', {'a': '1', 'b': '2'})


def test_the_same_trouble_is_logged_once_and_counted_each_time(ros, capfd):
    node = ros.make(FaceDetectorNode, detector='cascade')
    for _ in range(5):
        node.report(OSError('the lens cap is on'))
    assert capfd.readouterr().err.count('the lens cap is on') == 1
    assert node._errors.total == 5
