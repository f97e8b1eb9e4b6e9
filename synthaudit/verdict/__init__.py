"""From evidence to a verdict: pure, and the only place where a limit meets a number.

A pass has to be earned: every gate must pass. A fail needs one gate whose simultaneous lower bound lies above its
limit. Everything else is inconclusive.
"""

from synthaudit.verdict.detected import leakage_detected
from synthaudit.verdict.grounds import Grounds
from synthaudit.verdict.outcome import Verdict, decide, in_words, judge

__all__ = ["Grounds", "Verdict", "decide", "in_words", "judge", "leakage_detected"]
