"""The whole of Judy: everything in this package.

ros2 launch cp_xception_ros judy.launch.py source:=/dev/video0
"""

from cp_xception_ros.nodes.launching import describe
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    # The camera comes last, when the others listen.
    return describe(['emotion_classifier', 'face_detector', 'camera'])
