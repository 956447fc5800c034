"""Time, identifiers and background tasks."""
