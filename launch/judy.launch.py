"""The whole of Judy: sees a face, listens, answers and speaks.

ros2 launch cp_xception_ros judy.launch.py source:=/dev/video0
"""

from cp_xception_ros.nodes.launching import describe
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    # The camera comes last, when the others listen.
    talking = ['audio_output', 'dialogue_manager', 'speech_input']
    return describe(['emotion_classifier', 'face_detector', *talking, 'camera'])
