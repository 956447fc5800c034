"""The rules of mediation, tested as values."""
