"""Golden audits: every figure that the command line gave, kept to be compared with what it gives now."""
