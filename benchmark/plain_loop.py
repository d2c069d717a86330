"""The robot's perception without ROS: prints its CPU time per picture in milliseconds.

A process of its own, so that its CPU time is counted as that of `judy` is: user and system time
of all its threads, from the end of the first picture on.
"""

import argparse
import random
import time

import cv2

from cp_xception_ros.emotion.classifier import OnnxClassifier
from cp_xception_ros.emotion.reader import EmotionReader
from cp_xception_ros.emotion.smoothing import EmotionSmoother
from cp_xception_ros.nodes.emotion_classifier import EmotionClassifierConfig
from cp_xception_ros.nodes.face_detector import FaceDetectorConfig
from cp_xception_ros.pipeline import Pipeline
from cp_xception_ros.resources import find
from cp_xception_ros.runtime import memory
from cp_xception_ros.vision.cameras import CameraSettings, EndOfSource, Frame, open_camera
from cp_xception_ros.vision.detector import make_detector
from cp_xception_ros.vision.finder import FaceFinder
from cp_xception_ros.vision.tracking import Tracker


def make_pipeline(detector: str) -> Pipeline:
    """Return the parts with the parameters that the nodes have by default."""
    faces, emotions = FaceDetectorConfig(), EmotionClassifierConfig()
    cv2.setNumThreads(faces.threads)
    finder = FaceFinder(
        make_detector(detector, faces.detection_width, faces.score_threshold),
        Tracker(random.Random(0), max_age=faces.track_timeout),
    )
    smoother = EmotionSmoother(
        emotions.time_constant,
        emotions.confidence_threshold,
        emotions.hysteresis,
        emotions.forget_after,
    )
    classifier = OnnxClassifier(find('models/cp_xception.onnx'), emotions.threads)
    return Pipeline(finder, EmotionReader(classifier, smoother))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--detector', default='auto')
    parser.add_argument('--source-only', action='store_true', help='read, and process nothing')
    options = parser.parse_args()
    memory.keep_big_blocks()
    pipeline = make_pipeline(options.detector)
    camera = open_camera('clip', CameraSettings())

    def process(frame: Frame) -> None:
        if not options.source_only:
            pipeline.process(frame.image, frame.time or 0.0)

    process(camera.read())
    begun, pictures = time.process_time(), 0
    try:
        while True:
            process(camera.read())
            pictures += 1
    except EndOfSource:
        print((time.process_time() - begun) / pictures * 1e3)


if __name__ == '__main__':
    main()
