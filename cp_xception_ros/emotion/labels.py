"""The seven classes of FER2013, in its order; the same numbers as in `EmotionStamped`."""

EMOTIONS = ('anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise', 'neutral')
UNCERTAIN = 255


def name_of(label: int) -> str:
    """Return the name of a label: 'anger' … 'neutral' or 'uncertain'.

    Raises ValueError: there is no such label.
    """
    if label == UNCERTAIN:
        return 'uncertain'
    if not 0 <= label < len(EMOTIONS):
        raise ValueError(f'emotion {label} is not 0..{len(EMOTIONS) - 1} or {UNCERTAIN}')
    return EMOTIONS[label]
