"""A split whose draw is sealed: its manifest, and the made-up people in it."""
