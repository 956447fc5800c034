"""Tests: what Heyi promises, by behaviour."""
