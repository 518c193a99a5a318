"""The graphstore room."""
