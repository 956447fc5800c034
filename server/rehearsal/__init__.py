"""The invented committee and case, simulated phones, and what is measured with them."""
