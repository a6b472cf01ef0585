"""The lists beside the conversation."""
