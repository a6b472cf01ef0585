"""Configuration: dotted keys, defaults, folders, logs and kept keys."""
