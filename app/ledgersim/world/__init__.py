"""Worlds: what spaces are filled with, built from a definition in `seed/`."""
