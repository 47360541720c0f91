"""`python -m ledgersim`, and the command `ledgersim`."""

import gc
import os
import sys
from typing import NoReturn

from ledgersim.errors import BAD_USAGE, StartupError
from ledgersim.quick_health import is_ready


def main() -> NoReturn:
    """Run the command line. A vendor that cannot be imported is reported like any other reason not to start."""
    if sys.argv[1:] == ["health"] and is_ready(os.environ):
        print("ok")
        sys.exit()
    gc.disable()  # importing modules creates little garbage
    try:
        from ledgersim.serve import read_flags, serve

        flags = read_flags(sys.argv[1:])
        if flags is not None:
            serve(**flags)
            sys.exit()
        from ledgersim.cli import main as run
    except StartupError as error:
        print("ledgersim:", " ".join(str(error).split()), file=sys.stderr)
        sys.exit(BAD_USAGE)
    gc.freeze()  # or the first search would go through all that has been imported
    gc.enable()
    run()


if __name__ == "__main__":
    main()
