"""The dure room."""
