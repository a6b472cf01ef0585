"""Conversations in SQLite: the seed's tables, and ours beside them."""
