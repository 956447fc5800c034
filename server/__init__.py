"""Heyi: the video mediation room server."""
