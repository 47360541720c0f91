"""`python -m ledgersim` is `ledgersim`."""

from ledgersim.cli import main

main()
