"""Pictures: fetched, cleaned in a process of their own, kept, and shown by links that run out."""

from bot.pictures.cleaning import Cleaned
from bot.pictures.fetching import PictureFetching
from bot.pictures.links import PictureLinks, picture_handler
from bot.pictures.orphans import Orphans
from bot.pictures.worker import Pictures, Problem

__all__ = ["Cleaned", "Orphans", "PictureFetching", "PictureLinks", "Pictures", "Problem", "picture_handler"]
