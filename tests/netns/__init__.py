"""A phone on real networks of its own: it changes from one to the other, or loses UDP."""
