"""The command plugins that come with the library, and the import paths of the providers."""
