"""The open conversation."""
