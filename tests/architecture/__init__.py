"""Rules about the source tree itself."""
