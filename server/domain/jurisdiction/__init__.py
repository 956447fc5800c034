"""What one country's law brings to mediation: forms, words, deadlines, checks, as plain values."""
