"""Releases larger than memory."""
