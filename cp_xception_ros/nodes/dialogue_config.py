"""The parameters of the dialogue_manager node."""

from dataclasses import dataclass

from .params import param


@dataclass(frozen=True)
class DialogueManagerConfig:
    base_url: str = param(
        'https://api.deepseek.com',
        'an OpenAI-compatible server, such as http://localhost:11434/v1; empty: local replies'
        ' only. DeepSeek gets the key in DEEPSEEK_API_KEY, others that in JUDY_CHAT_API_KEY',
    )
    model: str = param('deepseek-flash', 'name of the model at that server')
    temperature: float = param(1.3, 'how freely the model chooses its words', range=(0.0, 2.0))
    max_tokens: int = param(300, 'longest reply of the model', range=(16, 4000))
    first_token_timeout: float = param(
        8.0, 'seconds to wait for the first word of the model', range=(0.2, 60.0)
    )
    total_timeout: float = param(
        45.0, 'seconds after which a reply of the model is cut off', range=(1.0, 300.0)
    )
    languages: str = param('en,de,fr', 'spoken, parted by commas; the first one is the default')
    persona_file: str = param('', 'your persona.yaml; empty: the one in this package')
    phrases_folder: str = param(
        '',
        'your replies_*.yaml and safety_*.yaml, such as helplines; empty: those in this package',
    )
    profile_file: str = param('', 'keeps the name of the user; empty: nothing is kept')
    memory_turns: int = param(8, 'turns that the model sees', range=(1, 100))
    memory_tokens: int = param(1500, 'and about how many tokens of them', range=(50, 100_000))
    min_confidence: float = param(
        0.4, 'an expression below this is not told to the model', range=(0.0, 1.0)
    )
    max_emotion_age: float = param(
        2.0, 'seconds after which an expression is too old for a turn', range=(0.1, 60.0)
    )
    proactive: bool = param(True, 'speak unasked; can be changed with ~/set_proactive')
    greeting: bool = param(True, 'greet a face that comes, or comes back')
    absence: float = param(
        30.0, 'seconds without a face before the next is greeted', range=(1.0, 86_400.0)
    )
    comfort: bool = param(True, 'speak to a face that looks sad, afraid or angry for a while')
    comfort_seconds: float = param(8.0, 'how long a while is', range=(1.0, 600.0))
    comfort_share: float = param(0.7, 'the part of it with such an expression', range=(0.1, 1.0))
    comfort_cooldown: float = param(
        300.0, 'seconds between two times of comfort', range=(0.0, 86_400.0)
    )
    comfort_music: str = param(
        'offer', 'soft music with the comfort', choices=('off', 'offer', 'start')
    )
    loudest: float = param(1.0, 'the highest volume the model may set', range=(0.1, 1.0))
    remote_speech: bool = param(
        False, 'people are told of a remote recogniser in speech_input; true: of yours as well'
    )
    seed: int = param(0, 'of the choice of local replies; 0: a new one at each start')
