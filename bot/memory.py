"""How Python collects garbage in a server that holds all its records in memory."""

import gc


def settle() -> None:
    """Leave what has been loaded out of the collector's rounds, and make the rounds rarer.

    Records are frozen and form no cycles, so looking through them again and again would only cost more the
    more there are. To be called once, when everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
