"""What the tests share: values built to order, fakes for ports, real services."""
