"""The bench of speed and scale: time and memory of ours, and of what a user would run instead, on the same tables."""
