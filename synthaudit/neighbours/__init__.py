"""The k nearest rows of a mixed table, exact, in float64, whatever the number of workers."""

from synthaudit.neighbours.index import NearestLists, RowIndex, nearest
from synthaudit.neighbours.mass import log_kernel_sums

__all__ = ["NearestLists", "RowIndex", "log_kernel_sums", "nearest"]
