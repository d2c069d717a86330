"""The library's own log lines, on the ROS log."""

import logging
from typing import Any

PACKAGE = __name__.partition('.')[0]


class RosHandler(logging.Handler):
    """Passes records of the standard library's logging on to a ROS logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__(logging.INFO)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        # rclpy remembers the level of every line that logs, so each level needs its own.
        if record.levelno >= logging.ERROR:
            self._logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text)
        else:
            self._logger.info(text)


def forward_to(logger: Any) -> None:
    """Send what `cp_xception_ros` logs, from INFO on, to a ROS logger alone."""
    library = logging.getLogger(PACKAGE)
    library.setLevel(logging.INFO)
    library.propagate = False
    library.handlers = [RosHandler(logger)]
