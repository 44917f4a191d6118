"""What sort of picture a cleaned one is, by how it begins."""

BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
"""How what comes out of the cleaning begins, by its media type."""


def kind_of(data: bytes) -> str:
    """The media type of a cleaned picture, or of a chart."""
    return "image/png" if data.startswith(BEGINNINGS["image/png"]) else "image/jpeg"


def ending_of(data: bytes) -> str:
    """How the name of a file with that picture ends, without the dot."""
    return "png" if kind_of(data) == "image/png" else "jpg"
