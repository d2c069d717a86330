"""Pictures out of rosbag2 recordings, mcap or sqlite3, without ROS and whole or damaged."""
