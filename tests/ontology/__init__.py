"""Tests of the ontology room."""
