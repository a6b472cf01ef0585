"""The seed's import paths for configuration and the base classes of plugins."""
