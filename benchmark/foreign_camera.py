"""A camera driver as somebody else might write it: this file knows nothing of our package.

Publishes the pictures of an .npy file, uint8 (N, height, width, 3) BGR, over and over. Prints one
line of JSON when it starts and one when it ends.
"""

import argparse
from array import array
import json
import time

import cv2
import numpy as np
import rclpy
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

SETTLING = 1.0


def raw(picture: np.ndarray) -> Image:
    height, width = picture.shape[:2]
    data = array('B', picture.tobytes())
    return Image(height=height, width=width, encoding='bgr8', step=3 * width, data=data)


def compressed(picture: np.ndarray) -> CompressedImage:
    jpeg = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return CompressedImage(format='bgr8; jpeg compressed bgr8', data=array('B', jpeg.tobytes()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('pictures')
    parser.add_argument('--compressed', action='store_true')
    parser.add_argument('--best-effort', action='store_true')
    parser.add_argument('--depth', type=int, default=100)
    parser.add_argument('--rate', type=float, default=30.0)
    parser.add_argument('--count', type=int, default=300)
    parser.add_argument('--patience', type=float, default=20.0, help='to wait for a subscriber')
    options = parser.parse_args()
    convert = compressed if options.compressed else raw
    messages = [convert(picture) for picture in np.load(options.pictures)]

    rclpy.init()
    node = rclpy.create_node('somebody_elses_camera')
    best_effort = ReliabilityPolicy.BEST_EFFORT
    reliability = best_effort if options.best_effort else ReliabilityPolicy.RELIABLE
    publisher = node.create_publisher(
        CompressedImage if options.compressed else Image,
        'image_raw/compressed' if options.compressed else 'image_raw',
        QoSProfile(depth=options.depth, reliability=reliability),
    )
    deadline = time.monotonic() + options.patience
    while not publisher.get_subscription_count() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(SETTLING)

    print(json.dumps({'first': time.time()}), flush=True)
    start = time.monotonic()
    for number in range(options.count):
        time.sleep(max(0.0, start + number / options.rate - time.monotonic()))
        message = messages[number % len(messages)]
        message.header.frame_id = 'camera'
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)
    time.sleep(SETTLING)
    print(json.dumps({'published': options.count}), flush=True)
    node.destroy_node()
    rclpy.shutdown()


if __name__ == '__main__':
    main()
