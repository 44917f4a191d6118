"""The package that is uploaded to Teams: the manifest and its two icons in one zip file."""

import json
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bot.manifest.icons import colour_icon, outline_icon

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""When every file in it was made, so that the same manifest gives the same package."""

REGULAR_FILE = 0o100644 << 16


def in_words(manifest: dict[str, Any]) -> str:
    """A manifest as JSON for people to read, without a line's end."""
    return json.dumps(manifest, indent=2, ensure_ascii=False)


def teams_package(manifest: dict[str, Any]) -> bytes:
    """The zip file for a manifest of Teams: the same bytes for the same manifest."""
    icons = manifest["icons"]
    files = (
        ("manifest.json", f"{in_words(manifest)}\n".encode()),
        (icons["color"], colour_icon()),
        (icons["outline"], outline_icon()),
    )
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as package:
        for name, content in files:
            entry = ZipInfo(name, LONG_AGO)
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, REGULAR_FILE
            package.writestr(entry, content)
    return kept.getvalue()
