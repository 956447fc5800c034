"""Jurisdiction packs and what reads them."""
