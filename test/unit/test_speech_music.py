"""The built-in piece, and the user's own files."""

import wave

import numpy as np
import pytest

from cp_xception_ros.speech.audio import level_dbfs
from cp_xception_ros.speech.errors import Unavailable
from cp_xception_ros.speech.music import FileMusic, choose_music, find_music, stream_music
from cp_xception_ros.speech.pad import ALIASES, MOODS, Pad
from cp_xception_ros.speech.wav import encode_wav, read_wav

RATE = 16000


def sine(seconds: float, hertz: float = 440.0, rate: int = RATE) -> np.ndarray:
    angle = 2 * np.pi * hertz / rate * np.arange(int(seconds * rate))
    return (0.5 * np.sin(angle)).astype(np.float32)


@pytest.mark.parametrize('mood', MOODS)
def test_the_pad_starts_softly_never_clicks_and_stays_gentle(mood):
    pad = Pad(mood, RATE, seed=3)
    sound = np.concatenate([pad.read(RATE // 50) for _ in range(50 * 20)])
    assert np.abs(sound[:100]).max() < 0.001
    assert np.abs(sound).max() < 0.5
    assert -35 < level_dbfs(sound[RATE * 5 :]) < -18
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    assert spectrum[hertz < 2000].sum() > 0.98 * spectrum.sum()


def test_the_pad_is_the_same_for_a_seed_however_it_is_cut():
    whole, cut = Pad('calm', RATE, seed=5), Pad('calm', RATE, seed=5)
    expected = np.concatenate([whole.read(1000) for _ in range(200)])
    sizes = [1, 999, *[1800] * 110]
    parts = np.concatenate([cut.read(size) for size in sizes])
    assert np.allclose(parts[: len(expected)], expected[: len(parts)], atol=1e-4)
    other = Pad('calm', RATE, seed=6).read(RATE * 3)
    assert not np.allclose(other, expected[: RATE * 3], atol=0.01)


def test_moods_differ_and_an_unknown_one_is_calm():
    assert not np.allclose(Pad('calm', RATE).read(RATE), Pad('happy', RATE).read(RATE))
    assert np.allclose(Pad('calm', RATE).read(RATE), Pad('polka', RATE).read(RATE))
    assert set(ALIASES.values()) <= set(MOODS)


def test_the_pad_is_in_tune_after_a_week():
    pad = Pad('calm', RATE)
    pad._position = 7 * 24 * 3600 * RATE
    assert -40 < level_dbfs(pad.read(RATE // 10)) < -15


def write(path, samples, rate=RATE):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_wav(samples, rate))
    return path


def test_files_play_one_after_the_other_and_again(tmp_path):
    files = [write(tmp_path / f'{n}.wav', sine(0.5, 200 * (n + 1))) for n in range(2)]
    music = FileMusic(files, RATE, pytest.fail, Pad('calm', RATE, 0))
    sound = np.concatenate([music.read(700) for _ in range(34)])
    assert np.allclose(sound[:8000], sine(0.5, 200), atol=1e-3)
    assert np.allclose(sound[8000:16000], sine(0.5, 400), atol=1e-3)
    assert np.allclose(sound[16000:23800], sine(0.5, 200)[:7800], atol=1e-3)


def test_an_unreadable_file_is_named_once_and_left_out(tmp_path):
    good = write(tmp_path / 'good.wav', sine(0.2))
    (tmp_path / 'bad.wav').write_bytes(b'RIFF no sound here')
    errors: list[Exception] = []
    music = FileMusic([tmp_path / 'bad.wav', good], RATE, errors.append, Pad('calm', RATE, 0))
    assert len(music.read(RATE)) == RATE
    assert len(errors) == 1 and 'bad.wav' in str(errors[0])


def test_where_nothing_is_readable_the_pad_plays(tmp_path):
    (tmp_path / 'bad.wav').write_bytes(b'')
    errors: list[Exception] = []
    music = choose_music(str(tmp_path), 'calm', RATE, 0, errors.append)
    expected = Pad('calm', RATE, 0).read(RATE)
    assert np.array_equal(np.concatenate([music.read(100), music.read(100)]), expected[:200])
    assert len(errors) == 1 and 'bad.wav' in str(errors[0])


@pytest.mark.parametrize('name', ['a.mp3', 'a.ogg', 'a.flac'])
def test_a_file_that_is_no_music_gives_one_line(tmp_path, name, capfd):
    pytest.importorskip('soundfile')
    (tmp_path / name).write_bytes(b'a shopping list')
    with pytest.raises(Unavailable, match=f'{name}: unreadable music.*replace it') as caught:
        list(stream_music(tmp_path / name))
    assert str(caught.value).count(name) == 1
    assert capfd.readouterr().err == ''


def test_the_folder_of_the_mood_comes_first(tmp_path):
    write(tmp_path / 'any.wav', sine(0.1))
    sad = write(tmp_path / 'sad' / 'a.wav', sine(0.1))
    assert find_music(str(tmp_path), 'Sad', pytest.fail) == [sad]
    assert find_music(str(tmp_path), 'happy', pytest.fail) == [tmp_path / 'any.wav']


def test_a_mood_cannot_leave_the_folder(tmp_path):
    write(tmp_path / 'secret' / 'a.wav', sine(0.1))
    (tmp_path / 'music').mkdir()
    assert find_music(str(tmp_path / 'music'), '../secret', pytest.fail) == []


def test_without_a_folder_the_pad_plays_and_says_so(tmp_path):
    errors: list[Exception] = []
    assert isinstance(choose_music('', 'calm', RATE, 0, errors.append), Pad)
    assert not errors
    missing = str(tmp_path / 'missing')
    assert isinstance(choose_music(missing, 'calm', RATE, 0, errors.append), Pad)
    assert missing in str(errors[0])


def test_other_formats_come_through_soundfile(tmp_path):
    soundfile = pytest.importorskip('soundfile')
    path = tmp_path / 'a.flac'
    soundfile.write(path, np.stack([sine(1.0), np.zeros(RATE)], axis=1), RATE)
    sound = np.concatenate([block.samples for block in stream_music(path)])
    assert np.allclose(sound, sine(1.0) / 2, atol=1e-3)
    path.write_bytes(b'fLaC nonsense')
    with pytest.raises(Unavailable, match=r'a\.flac'):
        list(stream_music(path))


@pytest.mark.parametrize('width', [1, 2, 3, 4])
def test_wav_files_of_every_width_are_read(tmp_path, width):
    expected = sine(0.1)
    scale = 2 ** (8 * width - 1) - 1
    values = np.round(expected * scale).astype(np.int64)
    stored = (values + 128 if width == 1 else values).astype('<i8')
    data = stored.view(np.uint8).reshape(-1, 8)[:, :width]
    with wave.open(str(tmp_path / 'a.wav'), 'wb') as file:
        file.setnchannels(2)
        file.setsampwidth(width)
        file.setframerate(RATE)
        file.writeframes(np.repeat(data, 2, axis=0).tobytes())
    sound = read_wav(tmp_path / 'a.wav')
    assert sound.rate == RATE
    assert np.allclose(sound.samples, expected, atol=0.01)


def test_a_wav_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Unavailable, match=r'none\.wav'):
        read_wav(tmp_path / 'none.wav')
