"""Edge: sealed records on disk, written once, verified for ever."""
