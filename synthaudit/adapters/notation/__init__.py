"""How tables write numbers and times, beyond plain decimals and ISO 8601."""
