"""Spaces: isolated worlds with their own rows, clock, ids, tokens, faults and journal; their scheduled jobs."""
