"""In-memory clones of one image that share its pages.

A clone is a connection to the shared image, inside a transaction that is never committed. The pages that a
clone changes live in its own cache; all other pages are shared. So a clone costs almost nothing until it is
written to, and resetting it is a rollback. Nobody commits to the shared image, so no locks are needed.

The alternative is to deserialize the image for each space. With 10,000 customers a clone takes 2-7 ms and
0.2 MB, a deserialized copy 100 ms and 41 MB.
"""

import sqlite3
from itertools import count
from weakref import WeakValueDictionary, finalize

from ledgersim.storage.connections import connect, copy_image


class _Clone(sqlite3.Connection):
    """A connection that refuses to commit, because a commit would change the shared image."""

    def commit(self) -> None:
        raise sqlite3.ProgrammingError("a clone must not commit: it would change the image it shares")


class SharedImage:
    """An image in memory whose pages are shared by all its clones."""

    def __init__(self, image: bytes) -> None:
        self.image = image
        self._uri = f"file:/ledgersim-{next(_numbers)}?vfs=memdb"
        self._anchor = connect(self._uri, uri=True)  # SQLite frees the pages with the last connection
        finalize(self, self._anchor.close)
        copy_image(image, self._anchor)
        self.pages = int(self._anchor.execute("PRAGMA page_count").fetchone()[0])

    def clone(self) -> sqlite3.Connection:
        """A new connection. Begin a transaction before using it."""
        if sqlite3.sqlite_version_info < (3, 36):  # without shared in-memory databases: copy
            raw = connect(":memory:", factory=_Clone)
            self._anchor.backup(raw)
        else:
            raw = connect(f"{self._uri}&nolock=1", uri=True, factory=_Clone)
        raw.execute("PRAGMA journal_mode = MEMORY")
        raw.execute("PRAGMA temp_store = MEMORY")  # a full disk would end the transaction
        raw.execute("PRAGMA cache_spill = OFF")  # a full cache would write changed pages to the shared image
        return raw


_numbers = count(1)
# By identity: hashing an image of many megabytes would hold up other threads.
_shared_images: WeakValueDictionary[int, SharedImage] = WeakValueDictionary()


def shared_image(image: bytes) -> SharedImage:
    """The shared image of these bytes; loaded on first use, freed with its last clone."""
    shared = _shared_images.get(id(image))
    if shared is None:
        shared = _shared_images[id(image)] = SharedImage(image)
    return shared
