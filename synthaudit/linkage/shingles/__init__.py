"""Rare pieces of real cells, of any kind, searched in every cell of a release as it was delivered."""
