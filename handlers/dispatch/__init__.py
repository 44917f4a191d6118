"""The one road from a request to its effect, in one commit."""

from handlers.dispatch.meeting import LookUp
from handlers.dispatch.road import UNKNOWN, Dispatch, Drawn, Ran
from handlers.dispatch.trouble import Trouble, where

__all__ = ["UNKNOWN", "Dispatch", "Drawn", "LookUp", "Ran", "Trouble", "where"]
