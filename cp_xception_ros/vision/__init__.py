"""Frames in, faces out: cameras, picture formats, detectors, alignment, tracks."""
