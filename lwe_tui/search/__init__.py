"""Search and switch."""
