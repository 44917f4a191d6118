"""`python -m bot.cli`: the same as `exeat`."""

from bot.cli import app

app()
