"""The embedded store: TinyDB's tables in memory, over a journal that survives a loss of power."""

from storage.tiny.opening import InUse
from storage.tiny.store import TinyStore, open_tiny, read_tiny

__all__ = ["InUse", "TinyStore", "open_tiny", "read_tiny"]
