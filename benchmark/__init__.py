"""Measurements of the robot's own code: `python -m benchmark --help`."""
