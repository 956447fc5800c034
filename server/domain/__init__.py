"""The rules of mediation: pure values and functions."""
