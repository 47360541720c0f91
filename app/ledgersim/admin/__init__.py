"""The admin API under `/_sim`, with which tests control the simulator: spaces, clock, faults, journal."""

MOUNT = "/_sim"
TOKEN_SCHEME = "token"  # what its document calls the admin token
