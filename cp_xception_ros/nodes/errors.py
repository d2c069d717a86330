"""The two ways a node can refuse to start or go on."""

# EX_CONFIG of <sysexits.h>: starting again will not help, so nobody should.
EXIT_CONFIG = 78
EXIT_BUG = 1


class ConfigError(Exception):
    """The configuration is wrong; one line says what and how to mend it. Exit status 78."""
