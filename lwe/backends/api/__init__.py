"""The seed's import path for the API backend."""
