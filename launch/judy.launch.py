"""The whole of Judy: everything in this package.

ros2 launch cp_xception_ros judy.launch.py source:=/dev/video0
"""

from pathlib import Path

from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from launch import LaunchDescription

PERCEPTION = Path(__file__).resolve().parent / 'perception.launch.py'


def generate_launch_description() -> LaunchDescription:
    # The arguments of the included file are this one's, too.
    source = PythonLaunchDescriptionSource(str(PERCEPTION))
    return LaunchDescription([IncludeLaunchDescription(source)])
