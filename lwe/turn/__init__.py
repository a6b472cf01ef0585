"""A turn: one question and its answer, decided once and performed in two ways."""
