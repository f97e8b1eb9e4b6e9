"""What each verb of the command line and of Python does, one file a verb."""
