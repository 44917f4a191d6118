"""What each command, button and form does: one file per workflow."""
