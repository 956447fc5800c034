"""The rehearsal, rehearsed."""
