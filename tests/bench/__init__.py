"""Benchmarks: what is promised about speed, as ratios of two things measured in the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """One promise: what was measured, the limit it must keep to, and whether that is a "max" or a "min"."""

    name: str
    measured: float
    limit: float
    unit: str = "max"

    @property
    def kept(self) -> bool:
        """Whether the promise holds in this run."""
        return self.measured <= self.limit if self.unit == "max" else self.measured >= self.limit
