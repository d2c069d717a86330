"""The quality-of-service choices of this package, one name for each kind of data."""

from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

# Publishers of pictures offer RELIABLE, so that every viewer connects.
IMAGE_OUT = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
IMAGE_IN_RELIABLE = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
IMAGE_IN_BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
FACES = QoSProfile(depth=1, reliability=ReliabilityPolicy.RELIABLE)
EVENT = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
# A whole reply, which must not lose a piece.
REPLY = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)
# Late subscribers get the last value at once.
STATE = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
