"""From tables that were read to aligned ones: kinds, roles, people, overlap, the same columns everywhere."""
