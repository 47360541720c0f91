"""The longest turns of long work: CPU time that its thread takes while another waits, as the event loop would.

CPU time hardly depends on what else the machine does. `python -m benchmarks.turns 2000` measures with 2,000
customers instead of 10,000, prints milliseconds as JSON, and ends with status 1 above `LIMIT`.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from ledgersim.admin.import_export import check_image, export_rows, import_rows
from ledgersim.app import create_app
from ledgersim.settings import Settings
from ledgersim.spaces.worker import short_turns
from ledgersim.storage.database import Database

LIMIT = 0.05  # seconds
WAIT = 0.001


def longest_turn(work: Callable[[], object]) -> float:
    """Run a function in a thread as `Worker` does; return its longest turn."""
    begun, longest = Event(), 0.0

    def run() -> None:
        begun.set()
        with short_turns:
            work()
        time.sleep(10 * WAIT)  # so that its clock lasts longer than the measurement

    thread = Thread(target=run)
    thread.start()
    begun.wait()
    clock = time.pthread_getcpuclockid(thread.ident or 0)
    before = time.clock_gettime(clock)
    while thread.is_alive():
        time.sleep(WAIT)
        try:
            now = time.clock_gettime(clock)
        except OSError:  # it has ended
            break
        longest, before = max(longest, now - before - WAIT), now
    thread.join()
    return longest


def main() -> None:
    """Measure and print."""
    settings = Settings(customers=int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    space = create_app(settings).spaces["one"]
    exported = export_rows(space)
    image = space.current_image()
    folder = TemporaryDirectory()
    in_file = Database.in_file(Path(folder.name) / "one.db", space.image)
    in_file.enable_wal()
    measured: dict[str, Callable[[], object]] = {
        "export": partial(export_rows, space),
        "import": partial(import_rows, space, exported),
        "check of an upload": partial(check_image, image, space.database),
        "snapshot": space.snapshot,
        "restore": partial(space.database.restore, image),
        "reset": partial(space.database.restore, space.image),
        "snapshot of a file": in_file.image,
        "reset of a file": partial(in_file.restore, space.image),
    }
    turns = {name: longest_turn(work) for name, work in measured.items()}
    in_file.close()
    folder.cleanup()
    print(json.dumps({name: turn * 1_000 for name, turn in turns.items()}))
    if max(turns.values()) > LIMIT:
        sys.exit(f"A turn takes longer than {LIMIT * 1_000:.0f} ms.")


if __name__ == "__main__":
    main()
