"""The TURN relay as it is shipped: Debian's coturn with our file."""
