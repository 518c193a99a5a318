"""Tests of the graphstore room."""
