#!/usr/bin/env python3
"""Write a teacher's probabilities of the training pictures, for `teacher` in a recipe.

python training/predict_teacher.py --run runs/teacher --data DIR --out runs/teacher.npy
"""

import argparse
import json
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from training.data import DataError, read_fer2013, training_rows
from training.loop import predict
from training.measures import softmax
from training.networks import build
from training.records import RunFolder, load_averaged, write_array


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--run', type=Path, required=True, help="the teacher's output folder")
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--out', type=Path, required=True)
    options = parser.parse_args()
    try:
        facts = json.loads((options.run / 'run.json').read_text())
        network = load_averaged(RunFolder(options.run), build(facts['recipe']['network']))
        rows = training_rows(read_fer2013(options.data))
        # Both views: what the picture shows does not depend on its side.
        write_array(options.out, softmax(predict(network, rows.images, mirrored=True)))
    except (DataError, OSError, RuntimeError) as error:
        print(f'predict_teacher.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
