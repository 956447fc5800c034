"""Weak networks in simulated time: the real plane, phones of a few lines, no load and no luck."""
