"""Edge: the database."""
