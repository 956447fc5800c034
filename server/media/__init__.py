"""The media plane: a worker process that forwards packets, and the app's client of it."""
