"""Text from outside, cleaned and laid out as rows for the screen."""
