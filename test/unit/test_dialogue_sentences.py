"""Tokens in, speakable pieces out."""

import random

import pytest

from cp_xception_ros.dialogue.sentences import SentenceSplitter
from cp_xception_ros.dialogue.speakable import speakable


def split(text, size=3, **options):
    splitter = SentenceSplitter(**options)
    pieces = []
    for start in range(0, len(text), size):
        pieces += splitter.feed(text[start : start + size])
    return pieces + splitter.flush()


@pytest.mark.parametrize('size', [1, 2, 7, 1000])
def test_sentences_are_pieces_however_the_tokens_fall(size):
    text = 'Hello there! How are you? I am fine.'
    assert split(text, size) == ['Hello there!', 'How are you?', 'I am fine.']


def test_a_sentence_is_handed_out_as_soon_as_the_next_begins():
    splitter = SentenceSplitter()
    assert splitter.feed('Hello there!') == []
    assert splitter.feed(' How') == ['Hello there!']


@pytest.mark.parametrize(
    'text',
    [
        'Dr. Smith met Mrs. Jones at 3.5 degrees.',
        'Fruit, e.g. apples, is good.',
        'Das war am 3. Mai bei Dr. Weber.',
        'Zum Beispiel Obst, z.B. ein Apfel, tut gut.',
        'M. Dupont est avec Mme. Martin.',
        'J. S. Bach wrote it.',
        'It costs 3.50 at judy.org today.',
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text):
    assert split(text) == [text]


def test_chinese_sentences_need_no_space():
    assert split('你好！今天怎么样？很好。') == ['你好！', '今天怎么样？', '很好。']


def test_spanish_and_french_marks():
    assert split('¿Qué tal? ¡Muy bien! Ça va ?  Oui.') == [
        '¿Qué tal?',
        '¡Muy bien!',
        'Ça va ?',
        'Oui.',
    ]


def test_quotes_close_with_their_sentence():
    assert split('She said "Go." Then she left.') == ['She said "Go."', 'Then she left.']


def test_a_line_ends_a_piece():
    assert split('One\nTwo\n\nThree') == ['One', 'Two', 'Three']


def test_a_long_first_sentence_begins_at_its_clause():
    text = (
        'That sounds like a really long and hard day for you, and I am glad that you tell me. Ok.'
    )
    assert split(text) == [
        'That sounds like a really long and hard day for you,',
        'and I am glad that you tell me.',
        'Ok.',
    ]


def test_an_endless_sentence_is_cut_between_words():
    pieces = split('word ' * 200, longest=100)
    assert all(len(piece) <= 100 for piece in pieces)
    assert ' '.join(pieces) == ('word ' * 200).strip()


def test_text_without_any_space_is_cut_too():
    pieces = split('a' * 1000, longest=100)
    assert ''.join(pieces) == 'a' * 1000 and max(map(len, pieces)) == 100


def test_thoughts_are_not_spoken():
    text = '<think>The user is sad. I should comfort.</think>\nI am here. Tell me.'
    assert split(text) == ['I am here.', 'Tell me.']


def test_a_thought_that_never_ends_is_not_spoken():
    assert split('Well. <think>Hmm. So. And. On.') == ['Well.']


@pytest.mark.parametrize(
    ('written', 'spoken'),
    [
        ('**Hello** there 😊!', 'Hello there !'),
        ('*smiles softly* Hello', 'Hello'),
        ('That is *very* nice', 'That is very nice'),
        ('# Title', 'Title'),
        ('- first\n- second', 'first second'),
        ('See [the page](https://example.org/x) now', 'See the page now'),
        ('Go to https://example.org/x now', 'Go to now'),
        ('[expression: sadness 80 %] I see.', 'I see.'),
        ('```python\nprint(1)\n```', ''),
        ('👍🏽', ''),
        ('...', ''),
        ('snake_case stays', 'snake_case stays'),
        ('心配しないで ☀️', '心配しないで'),
        ('Tea  ,  please', 'Tea, please'),
    ],
)
def test_markup_is_not_spoken(written, spoken):
    assert speakable(written) == spoken


@pytest.mark.parametrize('seed', range(20))
def test_no_word_is_lost_or_changed(seed):
    rng = random.Random(seed)
    words = [
        rng.choice(['Dr.', 'we', 'go,', 'on.', 'Why?', '3.5', 'so', 'z.B.', 'Ah!'])
        for _ in range(80)
    ]
    text = ' '.join(words)
    assert ' '.join(split(text, rng.randrange(1, 9), longest=60)) == text
