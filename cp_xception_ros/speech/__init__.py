"""Sound: synthesisers, devices, music, voice activity, recognisers."""
