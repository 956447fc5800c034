"""Renders values as the wire types."""
