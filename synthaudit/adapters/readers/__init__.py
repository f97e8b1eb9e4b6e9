"""Anything tabular to a raw table, each format by its own reader."""
