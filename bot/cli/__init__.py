"""`exeat …`: what an administrator types."""

from bot.cli.commands import app

__all__ = ["app"]
