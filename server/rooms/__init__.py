"""Live sessions: one task owns one room, everybody else posts to its mailbox."""
