"""`make bench`: every promise about speed, measured now, in one table."""

import asyncio
import sys

from rich.console import Console
from rich.table import Table

from tests.bench import Ratio, comments, slack, storage, teams


async def main() -> list[Ratio]:
    """All the ratios, each group in its turn."""
    return [*await storage.measure(), *await comments.measure(), *await slack.measure(), *await teams.measure()]


if __name__ == "__main__":
    ratios = asyncio.run(main())
    table = Table(title="Measured in this run, as ratios of medians")
    for column in ("promise", "measured", "promised", "kept"):
        table.add_column(column, justify="left" if column == "promise" else "right")
    for each in ratios:
        promised = f"{'≥' if each.at_least else '≤'} {each.limit:g} {each.unit}"
        table.add_row(each.name, f"{each.measured:.2f} {each.unit}", promised, "yes" if each.kept else "NO")
    Console().print(table)
    sys.exit(0 if all(each.kept for each in ratios) else 1)
