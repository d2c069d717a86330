"""Replies without a network, and the files they come from."""

import random

import pytest
import yaml

from cp_xception_ros.dialogue.events import Tone
from cp_xception_ros.dialogue.local_replies import LocalReplies, ReplyBook
from cp_xception_ros.dialogue.persona import Remote, read_persona
from cp_xception_ros.dialogue.phrases import PhrasesError, read_yaml
from cp_xception_ros.resources import find

LANGUAGES = ('en', 'de', 'fr')
FILES = {language: find(f'config/replies_{language}.yaml') for language in LANGUAGES}
PERSONA = find('config/persona.yaml')


def make(seed=0):
    return LocalReplies([ReplyBook(path) for path in FILES.values()], 'Judy', random.Random(seed))


@pytest.fixture(scope='module')
def replies():
    return make()


@pytest.mark.parametrize(
    ('text', 'language', 'intent'),
    [
        ('Hello Judy!', 'en', 'greeting'),
        ('How are you?', 'en', 'how_are_you'),
        ('What is your name?', 'en', 'your_name'),
        ('Are you a human?', 'en', 'your_name'),
        ('Thank you so much', 'en', 'thanks'),
        ('Good night', 'en', 'goodbye'),
        ('I am so sad today', 'en', 'sad'),
        ('My cat died', 'en', 'sad'),
        ("I'm angry with my boss", 'en', 'angry'),
        ("I'm scared of the exam", 'en', 'afraid'),
        ('I feel lonely', 'en', 'lonely'),
        ("I can't sleep", 'en', 'tired'),
        ('I am very happy', 'en', 'happy'),
        ('Play some music please', 'en', 'music_on'),
        ('Please stop the music', 'en', 'music_off'),
        ('Can you speak louder', 'en', 'louder'),
        ('Too loud!', 'en', 'quieter'),
        ('What will the weather be like?', 'en', 'weather'),
        ('Tell me a joke', 'en', 'joke'),
        ('Yes please', 'en', 'agree'),
        ('No thanks', 'en', 'decline'),
        ('What is the capital of France?', 'en', 'question'),
        ('The capital of France', 'en', 'other'),
        ('', 'en', 'other'),
        ('Hallo Judy', 'de', 'greeting'),
        ('Wie geht es dir?', 'de', 'how_are_you'),
        ('Ich bin heute so traurig', 'de', 'sad'),
        ('Mach bitte Musik an', 'de', 'music_on'),
        ('Mach die Musik aus', 'de', 'music_off'),
        ('Ich habe Angst vor morgen', 'de', 'afraid'),
        ('Bonjour', 'fr', 'greeting'),
        ('Comment ça va ?', 'fr', 'how_are_you'),
        ('Je suis triste', 'fr', 'sad'),
        ('Mets de la musique', 'fr', 'music_on'),
        ('Arrête la musique', 'fr', 'music_off'),
        ("J'ai peur du noir", 'fr', 'afraid'),
    ],
)
def test_what_was_said_is_understood(replies, text, language, intent):
    assert replies.intent(text, language)[0] == intent


@pytest.mark.parametrize(
    ('text', 'language'),
    [('My name is ada', 'en'), ('Ich heiße Ada', 'de'), ("Je m'appelle Ada", 'fr')],
)
def test_a_name_is_heard_and_used(replies, text, language):
    reply = replies.reply(text, language, 'neutral')
    assert reply.name == 'Ada' and 'Ada' in reply.text


def test_the_face_is_commented_on_with_a_greeting(replies):
    text = replies.reply('Hello', 'en', 'sadness').text
    assert any(remark in text for remark in read_yaml(FILES['en'])['remarks']['sadness'])


def test_an_uncertain_face_is_not_commented_on(replies):
    assert (
        replies.reply('Hello', 'en', 'uncertain').text
        in read_yaml(FILES['en'])['replies']['greeting']
    )


def test_words_count_more_than_the_face_for_the_tone(replies):
    assert replies.reply('I am so happy', 'en', 'sadness').tone is Tone.CHEERFUL
    assert replies.reply('The capital of France', 'en', 'sadness').tone is Tone.GENTLE


def test_a_wish_for_music_is_granted(replies):
    assert replies.reply('Play some music', 'en', 'neutral').audio.kind == 'play_music'
    assert replies.reply('Stop the music', 'en', 'neutral').audio.kind == 'stop_music'
    assert replies.reply('I like trees', 'en', 'neutral').audio is None


@pytest.mark.parametrize(
    ('text', 'tag', 'language'),
    [
        ('I do not know what to do', '', 'en'),
        ('ich weiß nicht was ich machen soll', '', 'de'),
        ('je ne sais pas quoi faire', '', 'fr'),
        ('hm', '', 'en'),
        ('Hello', 'de-AT', 'de'),
        ('ich bin da', 'xx', 'de'),
    ],
)
def test_the_language_is_the_recognisers_or_guessed(replies, text, tag, language):
    assert replies.language(text, tag) == language


@pytest.mark.parametrize('language', LANGUAGES)
def test_nothing_is_said_twice_in_a_row(replies, language):
    said = [replies.reply('hm', language, 'neutral').text for _ in range(50)]
    assert all(first != second for first, second in zip(said, said[1:], strict=False))


def test_the_same_seed_gives_the_same_conversation():
    words = ['hello', 'I am sad', 'tell me a joke', 'hm', 'bye']
    first, second = ([r.reply(w, 'en', 'neutral') for w in words] for r in (make(7), make(7)))
    assert first == second


@pytest.mark.parametrize('language', LANGUAGES)
@pytest.mark.parametrize('emotion', ['anger', 'fear', 'sadness'])
def test_there_is_comfort_for_every_negative_emotion(replies, language, emotion):
    assert replies.comfort(emotion, language).text


@pytest.mark.parametrize('language', LANGUAGES)
def test_every_language_has_the_same_intents(language):
    assert list(ReplyBook(FILES[language]).intents) == list(ReplyBook(FILES['en']).intents)


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({'replies': None}, "'replies' is missing"),
        ({'intents': {'greeting': ['(']}}, 'greeting'),
        ({'phrases': {'resume': ['only one']}}, 'missing|two'),
        ({'remarks': {'anger': ['same', 'same']}}, 'two different'),
    ],
)
def test_a_broken_file_says_what_is_wrong(tmp_path, change, complaint):
    path = tmp_path / 'replies_en.yaml'
    path.write_text(yaml.safe_dump(dict(read_yaml(FILES['en'])) | change))
    with pytest.raises(PhrasesError, match=complaint) as caught:
        ReplyBook(path)
    assert str(path) in str(caught.value) and '\n' not in str(caught.value)


def test_the_persona_speaks_every_language():
    persona = read_persona(PERSONA)
    parts = (persona.remote_model, persona.remote_speech, persona.remote_voice)
    for part in (persona.disclosure, persona.unrecorded, persona.recorded, *parts):
        assert set(part) == set(LANGUAGES)


@pytest.mark.parametrize(
    ('language', 'machine'), [('en', 'machine'), ('de', 'Maschine'), ('xx', 'machine')]
)
def test_the_disclosure_says_that_it_is_a_machine_with_a_camera(language, machine):
    text = read_persona(PERSONA).disclose(language, Remote.NOTHING)
    assert machine in text and 'set capture' in text and 'internet' not in text.lower()


def test_the_disclosure_says_what_leaves_the_robot():
    persona = read_persona(PERSONA)
    texts = {what: persona.disclose('en', what) for what in Remote}
    assert 'language model' in texts[Remote.MODEL]
    assert 'sound of your voice' in texts[Remote.SPEECH]
    assert 'What I say' in texts[Remote.VOICE]
    everything = persona.disclose('en', Remote.MODEL | Remote.SPEECH | Remote.VOICE)
    assert len(everything) > max(map(len, texts.values()))


@pytest.mark.parametrize(
    ('language', 'kept', 'recorded'),
    [('en', 'No picture', 'recorded'), ('de', 'Kein Bild', 'aufgenommen')],
)
def test_the_disclosure_says_whether_pictures_are_kept(language, kept, recorded):
    persona = read_persona(PERSONA)
    usual = persona.disclose(language, Remote.NOTHING)
    recording = persona.disclose(language, Remote.NOTHING, recording=True)
    assert kept in usual and recorded not in usual
    assert recorded in recording and kept not in recording


def test_a_broken_persona_says_what_is_wrong(tmp_path):
    path = tmp_path / 'persona.yaml'
    path.write_text('name: Judy\nsystem_prompt: You are Judy.\ndisclosure: [text]\n')
    with pytest.raises(PhrasesError, match="'disclosure' is missing"):
        read_persona(path)


def test_a_persona_that_is_no_yaml_is_told_in_one_line_with_the_place(tmp_path):
    path = tmp_path / 'persona.yaml'
    path.write_text('name: Judy\nsystem_prompt: [\n')
    with pytest.raises(PhrasesError, match=r'persona\.yaml, line 3: no YAML: ') as caught:
        read_persona(path)
    assert '\n' not in str(caught.value) and '<unicode' not in str(caught.value)
