"""The tables as Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from training.comparison.plan import PAPER_COSTS, PaperCosts
from training.recipe import OFFICIAL, RANDOM

NOT_RUN, UNKNOWN = 'not run', '–'
ACCURACY_HEADING = ('Model', 'Paper, %', 'Held out, %', 'Test, %')
ACCURACY_NOTES = (
    'Accuracy in per cent: mean ± standard deviation over the seeds. "Held out" is the tenth of '
    'Training on which the epoch was chosen, which flatters it a little; the test part is '
    'PublicTest. The paper divides all pictures 7:2:1 at random, so that its figures are of other '
    'test pictures.'
)
RANDOM_NOTES = (
    'Accuracy in per cent: mean ± standard deviation over the seeds. All pictures are divided '
    '7:2:1 at random as in the paper, equal ones together: trained on, held out to choose the '
    'epoch, tested.'
)
NOTES = {OFFICIAL: ACCURACY_NOTES, RANDOM: RANDOM_NOTES}
COUNT_NOTES = (
    "Parameters and multiply-accumulates (MACs) by the paper's counter (thop 0.1.1) for one grey "
    'picture of 48 x 48 and seven classes; in brackets all parameters: thop leaves out position '
    "embeddings, and timm's batch normalisation in MobileNetV2. The paper's 22.8 M and 3.47 M are "
    'of the same networks with the 1,000 classes of ImageNet (22,855,952 and 3,470,760 by its '
    'counter).'
)
TIME_NOTES = (
    'File: as export.py writes it, with metadata and large weights in half precision. Load: from '
    "the file to the first answer. Latency: one face, one thread of onnxruntime, that file's and "
    "in brackets the plain export's. Medians, all networks taking turns in one process; random "
    'weights.'
)


def table_1(
    rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Any], split: str = OFFICIAL
) -> str:
    """Return the comparison of the networks."""
    heading = (*ACCURACY_HEADING, 'Paper, parameters', 'Parameters')
    lines = [
        (
            *_accuracy_cells(row),
            _count(_paper(row).parameters),
            _parameters(counts[row['network']]),
        )
        for row in rows
    ]
    return _document('Table 1: the networks on FER2013', heading, lines, NOTES[split], COUNT_NOTES)


def table_2(
    rows: Sequence[Mapping[str, Any]], counts: Mapping[str, Any], split: str = OFFICIAL
) -> str:
    """Return the ablation study."""
    heading = (*ACCURACY_HEADING, 'Seeds', 'Parameters', 'MACs')
    lines = [
        (
            *_accuracy_cells(row),
            str(len(row['seeds'])),
            _parameters(counts[row['network']]),
            _count(counts[row['network']]['operations']),
        )
        for row in rows
    ]
    return _document('Table 2: ablation on FER2013', heading, lines, NOTES[split], COUNT_NOTES)


def table_3(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what the networks cost."""
    heading = (
        'Model', 'Paper, MFLOPs', 'MACs', 'Paper, parameters', 'Parameters', 'Paper, KB',
        'File, KB', 'Load, ms', 'Latency, ms',
    )  # fmt: skip
    lines = [
        (
            row['title'],
            _millions(_paper(row).operations),
            _count(row['operations']),
            _count(_paper(row).parameters),
            _parameters(row),
            _count(_paper(row).kilobytes),
            f'{row["bytes"] / 1000:,.1f}',
            f'{row["load_ms"]:.1f}',
            f'{row["latency_ms"]:.3f} ({row["plain_latency_ms"]:.3f})',
        )
        for row in rows
    ]
    return _document('Table 3: what the networks cost', heading, lines, COUNT_NOTES, TIME_NOTES)


def _document(
    title: str, heading: Sequence[str], lines: Sequence[Sequence[str]], *notes: str
) -> str:
    rows = [heading, ['---'] * len(heading), *lines]
    table = '\n'.join(f'| {" | ".join(row)} |' for row in rows)
    return '\n\n'.join([f'# {title}', table, *notes]) + '\n'


def _accuracy_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    run = bool(row['seeds'])
    return (
        row['title'],
        f'{100 * row["paper_accuracy"]:.2f}',
        _share(row['held_out']) if run else NOT_RUN,
        _share(row['test']) if run else NOT_RUN,
    )


def _share(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return UNKNOWN
    spread = found['deviation']
    return f'{100 * found["mean"]:.2f}' + ('' if spread is None else f' ± {100 * spread:.2f}')


def _parameters(counts: Mapping[str, Any]) -> str:
    return f'{counts["parameters"]:,} ({counts["all_parameters"]:,})'


def _paper(row: Mapping[str, Any]) -> PaperCosts:
    return PAPER_COSTS[row['network']]


def _count(value: float | None) -> str:
    return UNKNOWN if value is None else f'{value:,.0f}'


def _millions(value: float | None) -> str:
    return UNKNOWN if value is None else f'{value / 1e6:.3f}'
