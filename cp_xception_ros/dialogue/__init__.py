"""What to say: taking turns, the emotion in a turn, chat models, local replies and safety."""
