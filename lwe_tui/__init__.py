"""The terminal app over the library `lwe`."""
