"""The sandbox: one page on this machine, in which one person plays a whole school."""

from bot.sandbox.running import Sandbox, demo, start_sandbox

__all__ = ["Sandbox", "demo", "start_sandbox"]
