"""The simulator's own operations, under `/_sim`."""

MOUNT = "/_sim"
