"""The vendors that are simulated."""

from ledgersim.core.vendor import Vendor
from ledgersim.vendors import aptic

VENDORS: tuple[Vendor, ...] = (aptic.VENDOR,)
