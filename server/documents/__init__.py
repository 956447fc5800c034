"""Edge: drawing the agreement, signing and sealing it."""
