"""`exeat doctor`: everything that can be wrong around Exeat, looked at in turn, and what to do about it."""

from bot.doctor.examine import examine
from bot.doctor.finding import Finding, Verdict

__all__ = ["Finding", "Verdict", "examine"]
