"""Live sessions: one task owns one room."""
