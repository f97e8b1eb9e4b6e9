"""The three risks of the Article 29 Working Party beside membership: guessing, singling out, linking."""
