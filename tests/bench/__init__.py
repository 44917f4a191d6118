"""Benchmarks: what is promised about speed, as ratios of two things measured in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """One promise: what was measured and the most it may be, or with `at_least` the least."""

    name: str
    measured: float
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit
