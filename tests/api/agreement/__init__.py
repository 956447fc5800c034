"""The agreement over HTTP, from draft to record."""
