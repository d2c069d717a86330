"""Plays a scenario file with the real nodes, and checks what was expected; see README.md."""
