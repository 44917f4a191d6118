"""A process to be killed: for each key ring read it forks a child that changes the key, telling of each step."""

import asyncio
import os
import sys
from pathlib import Path

from storage.rotation import rotate
from storage.tiny import open_tiny
from storage.vault import Vault

AT_A_TIME = 7


def tell(what: str, number: int) -> None:
    os.write(1, f"{what} {number}\n".encode())


async def run(folder: Path, ring: str) -> None:
    store = await open_tiny(folder, vault=Vault.of(ring))
    await rotate(store, lambda done, total: tell("step", done), AT_A_TIME)
    await store.close()
    tell("done", 0)


def main() -> None:
    folder = Path(sys.argv[1])
    for ring in sys.stdin:
        pid = os.fork()
        if pid == 0:
            asyncio.run(run(folder, ring))
            os._exit(0)
        tell("pid", pid)
        os.waitpid(pid, 0)
        tell("end", 0)


if __name__ == "__main__":
    main()
