"""What each section of the page says: one file a section, each with a template of the same name."""
