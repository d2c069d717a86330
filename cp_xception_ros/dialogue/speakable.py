"""Written text made fit to be spoken."""

import re

# What models write for the eye. Links keep their text; bare addresses cannot be spoken.
CODE_BLOCK = re.compile(r'```.*?(```|$)', re.DOTALL)
LINK = re.compile(r'!?\[([^\]\n]*)\]\([^)\s]*\)')
ADDRESS = re.compile(r'(https?://|www\.)\S+')
# "[expression: sadness 80 %]", repeated from the request.
BRACKETED = re.compile(r'\[[^\]\n]*\]')
# "*smiles softly*": more than one word between single asterisks is acting, one is emphasis.
ACTING = re.compile(r'(?<!\*)\*(?!\*)[^*\n]+\s[^*\n]+\*(?!\*)')
LINE_START = re.compile(r'^\s*(#{1,6}\s+|[-*+•]\s+|>\s*)', re.MULTILINE)
MARKS = re.compile(r'[*`~|]|(?<!\w)_+|_+(?!\w)')
# Emoji and pictographs, their joiners, variation selectors, skin tones and flags; keeps CJK text.
EMOJI = re.compile(
    '[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf'
    '\u2900-\u297f\u2b00-\u2bff\ufe00-\ufe0f\u200d\u20e3]'
)
SPACE = re.compile(r'\s+')
SPACE_BEFORE_MARK = re.compile(r'\s+([.,…])')


def speakable(text: str) -> str:
    """Strip markup, emoji, addresses and stage directions; white space becomes single spaces.

    Returns an empty string where nothing is left that has a letter or a digit.
    """
    for pattern, replacement in (
        (CODE_BLOCK, ' '),
        (LINK, r'\1'),
        (ADDRESS, ' '),
        (BRACKETED, ' '),
        (LINE_START, ' '),
        (ACTING, ' '),
        (MARKS, ''),
        (EMOJI, ''),
        (SPACE, ' '),
        (SPACE_BEFORE_MARK, r'\1'),
    ):
        text = pattern.sub(replacement, text)
    text = text.strip()
    return text if any(character.isalnum() for character in text) else ''
