"""A vendor's specification beside ours: which vendor it is of, what is paired, and what differs."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ledgersim.contract.comparison import compare
from ledgersim.contract.document import read_document
from ledgersim.contract.findings import Finding
from ledgersim.contract.model import Api, Json
from ledgersim.contract.normalise import normalise
from ledgersim.contract.pairing import Pairing, pair
from ledgersim.errors import StartupError


class Specification(NamedTuple):
    """A vendor's specification and our document, normalised and paired."""

    vendor: str
    ours: Api
    theirs: Api
    pairing: Pairing
    sha256: str

    def findings(self) -> list[Finding]:
        """All differences."""
        return compare(self.ours, self.theirs, self.pairing)


def read_specification(
    path: Path, mounts: Mapping[str, str], document_of: Callable[[str], Json], vendor: str | None
) -> Specification:
    """Read a specification and compare it with the document of a vendor: by default, the one that it is like.

    `mounts` are the base paths by vendor. Raises StartupError for what is none, or not of the vendor.
    """
    if vendor is not None and vendor not in mounts:
        raise StartupError(f"--vendor is {vendor!r}; it must be one of {', '.join(mounts)}")
    content, data = read_document(path)
    found = []
    for name in mounts if vendor is None else (vendor,):
        theirs = normalise(content, mounts[name], str(path))
        ours = normalise(document_of(name), mounts[name], f"the document of {name}")
        found.append(Specification(name, ours, theirs, pair(ours, theirs), sha256(data).hexdigest()))
    best = max(found, key=lambda one: len(one.pairing.pairs))
    if not best.pairing.is_same_vendor:
        names = " or ".join(one.vendor for one in found)
        raise StartupError(
            f"{path} is not a specification of {names}: {len(best.pairing.pairs)} of its "
            f"{len(best.theirs.operations)} operations are like one of the simulator"
        )
    return best
