"""Cards and forms as Teams shows them: Adaptive Cards, and back again."""
