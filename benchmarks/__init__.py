"""`make benchmark`: how fast and how large the simulator is, beside a floor and other simulators."""
