"""The power bench: every attack, and what other packages offer, on real tables and releases whose truth is known."""
