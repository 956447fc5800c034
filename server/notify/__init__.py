"""Edge: messages to parties."""
