"""One look for all charts: printed sizes, colours that colour-blind people tell apart."""

from collections.abc import Callable
import io
from pathlib import Path
from typing import Any

from training.files import write_bytes

DPI = 200
WIDTH = 4.8  # inches; the text width of Springer's proceedings (122 mm)
# Okabe & Ito, Color Universal Design, 2008.
BLUE, SKY, GREEN, VERMILLION, ORANGE, PURPLE = (
    '#0072B2', '#56B4E9', '#009E73', '#D55E00', '#E69F00', '#CC79A7',
)  # fmt: skip
INK, GREY, PALE = '#222222', '#777777', '#DDDDDD'
CLASS_STYLES = {
    'anger': (VERMILLION, '-'),
    'disgust': (GREEN, '--'),
    'fear': (PURPLE, '-'),
    'happiness': (ORANGE, '-'),
    'sadness': (BLUE, '--'),
    'surprise': (SKY, '-'),
    'neutral': (GREY, '--'),
}
LOOK: Any = {
    'font.family': 'STIXGeneral',
    'mathtext.fontset': 'stix',
    'font.size': 9,
    'axes.titlesize': 9,
    'axes.labelsize': 9,
    'xtick.labelsize': 8,
    'ytick.labelsize': 8,
    'legend.fontsize': 8,
    'legend.frameon': False,
    'text.color': INK,
    'axes.edgecolor': INK,
    'axes.labelcolor': INK,
    'xtick.color': INK,
    'ytick.color': INK,
    'axes.linewidth': 0.6,
    'xtick.major.width': 0.6,
    'ytick.major.width': 0.6,
    'xtick.major.size': 3,
    'ytick.major.size': 3,
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.axisbelow': True,
    'grid.color': PALE,
    'grid.linewidth': 0.5,
    'lines.linewidth': 1.2,
    'figure.constrained_layout.use': True,
}


def figure(height: float, width: float = WIDTH) -> Any:
    """Return an empty figure, in inches, that belongs to no window system."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def write(path: Path, chart: Callable[..., Any], *data: Any) -> None:
    """Write `chart(*data)` as PNG; its folder need not exist."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context(LOOK):
        chart(*data).savefig(buffer, dpi=DPI, format='png', bbox_inches='tight', pad_inches=0.05)
    write_bytes(path, buffer.getvalue())


def per_cent(axis: Any) -> None:
    """Label an axis of shares 0..1 in per cent."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=' %'))
