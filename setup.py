"""Package description for colcon, pip and `ros2 run`."""

from glob import glob
from pathlib import Path

from setuptools import find_packages, setup

NAME = 'cp_xception_ros'
# models/, config/ and the definitions of the messages, which a replay writes into its recordings,
# stay at the top level, where people look for them, and travel as data. The build folder of
# `colcon build --symlink-install` has none of them, and finds those of the source.
FOLDERS = ('config', 'models', 'cp_xception_msgs/msg')
DATA = {f'{NAME}.{name.replace("/", ".")}': name for name in FOLDERS if Path(name).is_dir()}

setup(
    name=NAME,
    version='0.1.0',
    description='An emotional companion for ROS 2: camera, faces and the emotions in them',
    license='Apache-2.0',
    maintainer='cp_xception_ros maintainers',
    maintainer_email='maintainers@cp-xception-ros.invalid',
    python_requires='>=3.10',
    packages=[*find_packages(include=[NAME, f'{NAME}.*']), *DATA],
    package_dir=DATA,
    package_data={
        f'{NAME}.models': ['*.onnx', '*.md'],
        f'{NAME}.config': ['*.yaml', '*.xml'],
        f'{NAME}.cp_xception_msgs.msg': ['*.msg'],
    },
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/launch', glob('launch/*.launch.py')),
    ],
    install_requires=[
        'numpy>=1.26,<3',
        'onnxruntime>=1.18,<2',
        # OpenCV 5 has neither the cascade nor its files.
        'opencv-python-headless>=4.10,<5',
        'PyYAML>=6',
    ],
    extras_require={
        # A voice and a language model; ears.
        'talk': ['espeakng-loader>=0.2.4', 'openai>=1,<4', 'sounddevice>=0.5', 'soxr>=0.3'],
        'listen': [
            'pocketsphinx>=5,<6',
            'sounddevice>=0.5',
            'soxr>=0.3',
            'webrtcvad-wheels>=2.0.14',
        ],
        'demo': ['matplotlib>=3.8', 'scikit-image>=0.22'],
        # Recordings: what reads and writes them, and what draws.
        'replay': ['matplotlib>=3.8', 'rosbags>=0.11.9,<0.12'],
        'lint': ['mypy>=1.11', 'ruff>=0.6', 'types-PyYAML'],
        'train': [
            'matplotlib>=3.8',
            'ninja',
            'onnx>=1.16',
            'scikit-learn>=1.4',
            'tensorboard',
            'thop==0.1.1.post2209072238',
            # Has torchvision, which must come from the same index as torch.
            'timm>=1.0',
            "tomli; python_version < '3.11'",
            'torch>=2.4',
            'tqdm',
        ],
        'test': ['pytest>=8', 'wheel'],
    },
    entry_points={
        'console_scripts': [
            f'judy = {NAME}.app:main',
            f'judy-fetch-models = {NAME}.cli.fetch_models:main',
            f'judy-record = {NAME}.nodes.recorder:record',
            f'judy-replay = {NAME}.cli.replay:main',
            f'judy-trial = {NAME}.cli.trial:main',
            f'audio_output = {NAME}.nodes.audio_output:main',
            f'camera = {NAME}.nodes.camera:main',
            f'dialogue_manager = {NAME}.nodes.dialogue_manager:main',
            f'emotion_classifier = {NAME}.nodes.emotion_classifier:main',
            f'face_detector = {NAME}.nodes.face_detector:main',
            f'recorder = {NAME}.nodes.recorder:main',
            f'speech_input = {NAME}.nodes.speech_input:main',
        ]
    },
    zip_safe=False,
)
