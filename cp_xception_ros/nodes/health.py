"""How a node does, in the terms of diagnostic_msgs."""

from dataclasses import dataclass, field

from ..runtime.stats import Samples

# The levels of diagnostic_msgs/DiagnosticStatus.
OK, WARN, ERROR, STALE = range(4)


@dataclass
class Health:
    """A level, one line for people, and figures."""

    level: int = OK
    message: str = ''
    values: dict[str, str] = field(default_factory=dict)


def worse(first: Health, second: Health) -> Health:
    """Return the graver level and its line, with the figures of both."""
    grave = second if second.level > first.level else first
    return Health(grave.level, grave.message, {**first.values, **second.values})


def milliseconds(samples: Samples) -> str:
    """Show a window of seconds as 'p50 / p95' in milliseconds."""
    p50, p95 = samples.percentile(50), samples.percentile(95)
    return '-' if p50 is None or p95 is None else f'{p50 * 1e3:.1f} / {p95 * 1e3:.1f}'
