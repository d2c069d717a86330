"""What a conversation does unasked: comfort, greeting, disclosure; whom it remembers."""

import json

from talk import Talk

from cp_xception_ros.dialogue.proactive import ProactiveSettings
from cp_xception_ros.dialogue.profile import Profile
from cp_xception_ros.dialogue.responder import ResponderSettings


def test_a_lasting_sad_face_is_comforted_and_music_offered():
    with Talk(proactive=ProactiveSettings(greeting=False)) as talk:
        talk.look('sadness', seconds=9.0, tick=True)
        talk.out.wait(lambda: talk.out.finished)
        assert len(talk.out.said()) >= 2
        talk.type('Yes please')
        talk.out.wait(lambda: talk.out.sounds)
        assert talk.out.sounds[0][1].kind == 'play_music'


def test_music_can_start_at_once():
    settings = ResponderSettings(comfort_music='start')
    with Talk(settings=settings, proactive=ProactiveSettings(greeting=False)) as talk:
        talk.look('sadness', seconds=9.0, tick=True)
        talk.out.wait(lambda: talk.out.sounds)


def test_muted_the_robot_does_not_speak_unasked():
    with Talk() as talk:
        talk.conversation.proactive = False
        talk.look('sadness', seconds=20.0, tick=True)
        assert talk.out.said() == []


def test_nothing_is_said_unasked_before_anybody_can_hear_it():
    """The loudspeaker may take longer to start than the dialogue."""
    with Talk(told=False) as talk:
        talk.out.listeners = False
        talk.look('neutral', seconds=3.0, tick=True)
        assert talk.out.said() == []
        talk.out.listeners = True
        talk.look('neutral', seconds=1.0, tick=True)
        talk.out.wait(lambda: talk.out.finished)
        assert 'I am a machine' in ' '.join(talk.out.said())


def test_a_sad_face_is_not_comforted_for_what_it_showed_in_a_conversation():
    settings = ProactiveSettings(greeting=False, comfort_seconds=4.0)
    with Talk('Go on. I listen.', proactive=settings) as talk:
        turn = talk.type_only('my cat has died')
        talk.out.wait(lambda: turn in talk.out.finished)
        talk.conversation.loudspeaker(turn, speaking=True)
        talk.look('sadness', seconds=6.0, tick=True)
        talk.conversation.loudspeaker(turn, speaking=False)
        talk.look('sadness', seconds=3.0, tick=True)
        assert talk.out.states[-1].turn == turn
        talk.look('sadness', seconds=3.0, tick=True)
        talk.out.wait(lambda: talk.out.states[-1].turn == turn + 1)


def test_a_face_is_greeted_and_told_who_is_looking():
    with Talk(told=False) as talk:
        talk.look('neutral', seconds=2.0, tick=True)
        talk.out.wait(lambda: talk.out.finished)
        assert 'I am a machine' in ' '.join(talk.out.said())
        assert 'I am a machine' not in ' '.join(talk.type('hm'))


def test_the_first_reply_of_the_day_is_followed_by_the_disclosure():
    with Talk('Hi.', told=False) as talk:
        said = talk.type('hello')
        assert said[0] == 'Hi.' and 'machine' in ' '.join(said[1:])
        assert talk.type('hello') == ['Hi.']


def test_the_language_follows_the_user():
    with Talk() as talk:
        talk.type('Erzähl mir einen Witz')
        assert talk.out.pieces[0][1].language == 'de'


def test_the_user_s_name_is_remembered_told_to_the_model_and_forgotten(tmp_path):
    profile = Profile(tmp_path / 'profile.json')
    with Talk('Hi.', profile=profile) as talk:
        talk.type('My name is Ada')
        talk.type('hello')
        assert "[user's name: Ada]" in talk.request()[-1]['content']
        talk.conversation.forget()
        talk.type('hello')
    assert 'Ada' not in json.dumps(talk.request())
    assert not (tmp_path / 'profile.json').exists()
