"""The dialogue_manager node and everybody it talks to, for tests."""

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode

State = wire.DialogueState


class Stage:
    """The node, its model, and everybody it talks to."""

    def __init__(self, ros, server=None, **parameters):
        self.ros, self.server = ros, server
        collect = ros.collect
        self.states = collect(State, 'dialogue/state', qos.STATE)
        self.replies = collect(wire.Reply, 'dialogue/reply', qos.REPLY)
        self.sounds = collect(wire.AudioCommand, 'dialogue/audio', qos.EVENT)
        self.alerts = collect(wire.Alert, 'dialogue/alert', qos.EVENT)
        self.latencies = collect(wire.TurnLatency, 'dialogue/latency', qos.EVENT)
        self.disclosures = collect(wire.String, 'dialogue/disclosure', qos.STATE)
        self.proactive = collect(wire.Bool, 'dialogue_manager/proactive', qos.STATE)
        publisher = ros.tester.create_publisher
        self._typed = publisher(wire.String, 'speech/typed', qos.EVENT)
        self._transcript = publisher(wire.Utterance, 'speech/transcript', qos.EVENT)
        self._activity = publisher(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self._speech = publisher(wire.SpeechState, 'speech/state', qos.STATE)
        self._emotion = publisher(wire.EmotionStamped, 'emotion', qos.EVENT)
        defaults = {'base_url': server.url if server else '', 'seed': 1, 'greeting': False}
        self.node = ros.make(DialogueManagerNode, **{**defaults, **parameters})
        publishers = (
            self._typed,
            self._transcript,
            self._activity,
            self._speech,
            self._emotion,
        )
        ros.until(lambda: all(p.get_subscription_count() for p in publishers))
        ros.until(lambda: self.states and self.disclosures and self.proactive)

    def now(self):
        return self.ros.tester.get_clock().now().to_msg()

    def type(self, text):
        """Type a text, wait for the whole reply and return its texts."""
        # The topics come one after the other: either may be ahead.
        before = max([self.states[-1].turn, *(reply.turn for reply in self.replies)])
        self._typed.publish(wire.String(data=text))
        self.ros.until(lambda: any(r.last and r.turn > before for r in self.replies))
        turn = next(r.turn for r in self.replies if r.last and r.turn > before)
        self.ros.until(lambda: self.states[-1].turn >= turn)
        return self.said(turn)

    def said(self, turn):
        return [r.text for r in self.replies if r.turn == turn and r.text]

    def voice(self, voice):
        message = wire.VoiceActivity(voice=voice)
        message.header.stamp = self.now()
        self._activity.publish(message)

    def transcript(self, text, final=True, language=''):
        stamp = self.now()
        self._transcript.publish(
            wire.Utterance(
                text=text, final=final, language=language, speech_start=stamp, speech_end=stamp
            )
        )

    def speech(self, turn, state):
        self._speech.publish(wire.SpeechState(turn=turn, state=state))

    def face(self, emotion, **fields):
        figures = {'confidence': 0.8, 'valence': -0.7, 'name': 'ignored', **fields}
        message = wire.EmotionStamped(face_id='a1234', emotion=emotion, **figures)
        message.header.stamp = self.now()
        message.roi.width = message.roi.height = 100
        self._emotion.publish(message)

    def call(self, kind, name, **fields):
        client = self.ros.tester.create_client(kind, f'dialogue_manager/{name}')
        self.ros.until(client.service_is_ready)
        future = client.call_async(kind.Request(**fields))
        self.ros.until(future.done)
        return future.result()


def told(stage):
    """Let the disclosure of the day be over, and silence return."""
    stage.type('hm')
    stage.speech(stage.replies[-1].turn, wire.SpeechState.IDLE)
    stage.ros.until(lambda: stage.states[-1].state == State.IDLE)
    stage.replies.clear()
    return stage
