"""The machine and not privacy: workers, finished fits on disk, time budgets, compilation, memory."""
