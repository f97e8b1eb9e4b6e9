"""Measures of the auditor, who sees everything; no attacks."""
