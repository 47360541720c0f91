"""The vendors that are simulated."""

from ledgersim.http.vendor_app import Vendor
from ledgersim.vendors import aptic, payex, riverty

VENDORS: tuple[Vendor, ...] = (aptic.VENDOR, payex.VENDOR, riverty.VENDOR)
