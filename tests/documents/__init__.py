"""Drawing, signing and sealing the agreement."""
