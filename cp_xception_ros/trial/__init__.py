"""A test with people: posed expressions in front of the camera, and how many are read right."""
