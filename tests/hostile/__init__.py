"""What happens to whoever does not keep to the rules: nothing, and nobody else notices."""
