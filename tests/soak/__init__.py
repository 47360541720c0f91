"""A long-running test: many clients, faults, clock moves, resets and kills, with a model of what must be there."""
