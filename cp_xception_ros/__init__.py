"""An emotional companion for ROS 2: sees a face and understands its expression."""

__version__ = '0.1.0'
