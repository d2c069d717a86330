"""Learning curves from the metrics of runs."""

import json
from pathlib import Path
from typing import Any

from training.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    figure,
    per_cent,
)

PANELS = (('loss', 'training loss'), ('held_out_accuracy', 'held-out accuracy'))
LINES = [
    (colour, line)
    for line in ('-', '--', ':')
    for colour in (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, INK, GREY)
]


def read_metrics(run: Path) -> dict[str, list[float]]:
    """Return the columns of a run's metrics.jsonl; raises ValueError: it has none yet."""
    path = run / 'metrics.jsonl'
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if not lines:
        raise ValueError(f'{path}: no epoch yet')
    return {name: [line[name] for line in lines] for name in lines[0]}


def draw_curves(runs: list[Path]) -> Any:
    """Return a figure with one panel per measure and one line per run."""
    drawn = figure(2.5)
    panels = drawn.subplots(1, len(PANELS))
    for run, (colour, line) in zip(runs, LINES, strict=False):
        columns = read_metrics(run)
        look = {'color': colour, 'linestyle': line, 'label': run.name.replace('_', ' ')}
        for panel, (name, _) in zip(panels, PANELS, strict=True):
            panel.plot(columns['epoch'], columns[name], **look)
    for panel, (_, title) in zip(panels, PANELS, strict=True):
        panel.set(xlabel='epoch', ylabel=title)
        panel.grid()
    per_cent(panels[1].yaxis)
    if len(runs) > 1:
        drawn.legend(*panels[0].get_legend_handles_labels(), loc='outside upper center', ncols=5)
    return drawn
