"""A training recipe: everything that decides the result, read from one TOML file."""

from dataclasses import dataclass, fields
from pathlib import Path

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

NETWORKS = (
    'cp_xception',
    'cp_xception_fast',
    'cp_xception_without_parc',
    'mini_xception',
    'mini_xception_parc',
    'teacher',
)
OFFICIAL, RANDOM = 'official', '7:2:1'


class RecipeError(ValueError):
    """A recipe has a wrong name or value; the message names it."""


@dataclass(frozen=True)
class Recipe:
    """Fields as in recipes/*.toml; the targets are a mixture with the three weights."""

    network: str = 'cp_xception'
    epochs: int = 60
    batch: int = 128
    learning_rate: float = 4e-3
    muon_rate: float = 0.0  # Muon's own learning rate for the mixing weights; 0: AdamW for all
    weight_decay: float = 0.02
    one_cycle: bool = True  # False: the learning rate stays as it is
    warm_up: float = 0.1  # share of the steps in which the learning rate of one cycle rises
    bfloat16: bool = False  # mixed precision, pictures last: worth it for dense convolutions
    average: float = 0.999  # decay per step of the averaged weights, 0: the last weights
    best_epoch: bool = False  # keep the epoch that reads most held-out pictures, not the last
    focus: float = 0.0  # gamma of the focal loss, 0: cross entropy
    class_weights: float = 0.0  # weights by the class's pictures to the power of minus this
    augmentation: float = 1.0  # 0 none, 1 the full ranges of augment.py
    calm_epochs: int = 0  # last epochs, with a third of the augmentation
    rare_volume: float = 0.0  # rarer classes are repeated up to this share of the mean class
    rare_augmentation: float = 1.0  # how many times the augmentation pictures of those get
    label_weight: float = 1.0
    votes_weight: float = 0.0
    teacher_weight: float = 0.0
    teacher: str = ''  # what predict_teacher.py wrote, beside the output folder
    split: str = OFFICIAL  # the challenge's, or 7:2:1 of all pictures at random
    held_out: float = 0.1  # share of Training kept for choosing, with the challenge's split
    split_seed: int = 0

    def __post_init__(self) -> None:
        if self.network not in NETWORKS:
            raise RecipeError(f'network {self.network!r}: not one of {", ".join(NETWORKS)}')
        if self.split not in (OFFICIAL, RANDOM):
            raise RecipeError(f'split {self.split!r}: not one of {OFFICIAL}, {RANDOM}')
        for name in ('epochs', 'batch', 'learning_rate'):
            if getattr(self, name) <= 0:
                raise RecipeError(f'{name} {getattr(self, name)}: must be above 0')
        for name in ('held_out', 'average', 'rare_volume'):
            if not 0 <= getattr(self, name) < 1:
                raise RecipeError(f'{name} {getattr(self, name)}: must be at least 0 and below 1')
        for name in ('focus', 'class_weights', 'rare_augmentation'):
            if getattr(self, name) < 0:
                raise RecipeError(f'{name} {getattr(self, name)}: must not be below 0')
        if self.label_weight + self.votes_weight + self.teacher_weight <= 0:
            raise RecipeError('label_weight, votes_weight and teacher_weight are all 0')


def load_recipe(path: Path) -> Recipe:
    """Read a recipe; raise RecipeError naming the file and what is wrong in it."""
    try:
        values = tomllib.loads(path.read_text())
        unknown = set(values) - {field.name for field in fields(Recipe)}
        if unknown:
            raise RecipeError(f'unknown {", ".join(sorted(unknown))}')
        return Recipe(**values)
    except (RecipeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise RecipeError(f'{path}: {error}') from None
