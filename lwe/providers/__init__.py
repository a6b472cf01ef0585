"""Whatever answers a request: endpoints, the embedded model, a script."""
