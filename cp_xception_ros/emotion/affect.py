"""Valence and arousal: where emotions lie on the circumplex of affect."""

import numpy as np

from cp_xception_ros.emotion.labels import EMOTIONS

# Mean pleasure and arousal ratings of the terms angry, disgusted, fearful, happy, sad and
# surprised in Russell & Mehrabian (1977), 'Evidence for a three-factor theory of emotions',
# Journal of Research in Personality 11, 273-294 (terms 82, 75, 101, 31, 151 and 52 of 151).
# Taken from later works that quote the table and agree with each other, not from the article
# itself. Neutral is the origin by the definition of the scales.
COORDINATES = {
    'anger': (-0.51, 0.59),
    'disgust': (-0.60, 0.35),
    'fear': (-0.64, 0.60),
    'happiness': (0.81, 0.51),
    'sadness': (-0.63, -0.27),
    'surprise': (0.40, 0.67),
    'neutral': (0.0, 0.0),
}
_TABLE = np.array([COORDINATES[name] for name in EMOTIONS])


def valence_arousal(probabilities: np.ndarray) -> tuple[float, float]:
    """Return the probability-weighted mean of the emotions' coordinates, each -1..1.

    `probabilities`: (7,), in the order of EMOTIONS, sum one. Source of the coordinates: Russell &
    Mehrabian (1977), pleasure and arousal.
    """
    valence, arousal = np.asarray(probabilities) @ _TABLE
    return float(valence), float(arousal)
