"""What can go wrong with sound. The robot goes on after each of these."""


class Unavailable(OSError):
    """A library, a voice, a model or a key is not there; the message says what to do."""


class DeviceError(OSError):
    """A loudspeaker or a microphone cannot be opened, or went away."""


class Overrun(OSError):
    """Sound of the microphone was lost, because it was not read in time."""


class SynthesisError(OSError):
    """A sentence could not be made into sound."""


class RecognitionError(OSError):
    """An utterance could not be made into text."""


class EndOfSource(Exception):
    """A file source has been played to its end."""
