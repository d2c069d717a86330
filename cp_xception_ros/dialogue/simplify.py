"""Words brought to one form, so that patterns need not know how they were written."""

import re
import unicodedata

SENTENCE_END = re.compile(r'[.!?…;]+')
NOT_WORDS = re.compile(r'[^\w.]+|_')
SPACES = re.compile(r'\s+')


def simplify(text: str) -> str:
    """Return lower-case words without accents, one space apart, sentences parted by ' . '.

    Apostrophes and commas become spaces: recognisers leave them out, people do too.
    """
    text = unicodedata.normalize('NFKD', text.casefold())
    text = ''.join(c for c in text if not unicodedata.combining(c))
    text = SENTENCE_END.sub(' . ', text)
    return SPACES.sub(' ', NOT_WORDS.sub(' ', text)).strip(' .')
