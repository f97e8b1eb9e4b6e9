"""The doors: anything tabular to canonical frames, TOML to policies and configuration."""
