"""One audit from aligned tables to a report, step by step."""
