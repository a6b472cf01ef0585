"""Tools: Python that a model may call; found, described, run."""
