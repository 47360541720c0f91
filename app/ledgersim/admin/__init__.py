"""The admin API under `/_sim`, with which tests control the simulator: spaces, clock, faults, journal."""

MOUNT = "/_sim"
