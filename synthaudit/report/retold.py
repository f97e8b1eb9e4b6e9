"""Sentences of the evidence, and of the reasons of a verdict, in the language of the page."""

from synthaudit.files.retold import retold
from synthaudit.verdict.reasons import Reason
from synthaudit.verdict.sentences import sentence

__all__ = ["retold", "worded"]


def worded(reason: Reason) -> str:
    """The sentence of a reason, in the language of the moment."""
    return retold(sentence(reason))
