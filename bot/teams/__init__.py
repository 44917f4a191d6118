"""Teams: the way in, the way out, and who may come in."""
