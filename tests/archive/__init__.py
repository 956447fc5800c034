"""Sealed records: written once, read and verified years later."""
