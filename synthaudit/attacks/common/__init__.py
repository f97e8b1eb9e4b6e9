"""What attacks have in common: how they are declared, and what several of them compute with."""
