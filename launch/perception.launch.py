"""Camera to emotion, for robots: a process for each node, or all in one with composed:=true.

ros2 launch cp_xception_ros perception.launch.py camera:=false image:=/my/camera/image_raw
"""

from cp_xception_ros.nodes.launching import describe
from launch import LaunchDescription


def generate_launch_description() -> LaunchDescription:
    # The camera comes last, when the others listen.
    return describe(['emotion_classifier', 'face_detector', 'camera'], judy=['--no-talk'])
