"""The study of the verdict: does it decide, is it never wrong, does it cry wolf? Whole audits of known truth."""
