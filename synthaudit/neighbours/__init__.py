"""The k nearest rows of a mixed table, exact, in float64, whatever the number of workers."""

from synthaudit.neighbours.index import RowIndex, nearest

__all__ = ["RowIndex", "nearest"]
