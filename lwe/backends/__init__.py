"""The seed's import path for backends."""
