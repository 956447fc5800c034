"""The types that validate requests and describe answers."""
