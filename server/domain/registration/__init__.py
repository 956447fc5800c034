"""What a case, a party and a person must be to be registered: checks with named fields."""
