"""Error levels and counts that the verdict and what stands beside it in a report share: each rule stands once."""

COPIES_ALPHA = 0.01
"""p of the verbatim copies below which they are more than chance explains."""
STACK_ALPHA = 0.001
"""Error of a detection by the stack, which is that of a fail by it: it comes on top of the error of the gates, which
the family spends whole. That of the attack on single records and of a group at risk as well."""
RELEASE_ALPHA, RELEASE_DOUBT = 0.01, 0.05
"""Adjusted p of one of several releases below which leakage is detected, and below which no pass is given."""
CELLS_ALPHA = 0.005
"""p of the search of rare pieces of cells at which leakage is detected, and the error of its bound of members found."""
REUSE_ALPHA = 0.01
"""Adjusted p of a column below which reused rare values rule out a pass where nobody may be exposed."""
KNOWN_ALPHA = 0.01
"""p below which a release is said to know deleted people, or canaries."""
PLANTINGS, PLANTINGS_NEEDED = 10, 8
"""How often a leak is planted, and how often it has to be found before a pass means anything."""
