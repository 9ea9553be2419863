"""Packs: read, filled, validated, linted, found by name."""
