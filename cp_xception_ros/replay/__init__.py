"""Recordings through the parts that the nodes run, and the figures that come out."""
