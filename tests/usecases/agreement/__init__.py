"""The agreement from draft to record."""
