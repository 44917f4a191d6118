"""Where records live: one contract, and the stores that keep it."""
