"""The seed's import path of the error for a line without anything in it."""

from __future__ import annotations


class NoInputError(Exception):
    """Nothing was typed: no command and no text."""
