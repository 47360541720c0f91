"""The names of the OpenAPI documents that the pages show."""

from ledgersim.admin import MOUNT
from ledgersim.vendors import installed_vendors

ADMIN = "admin"
MOUNTS = {**{vendor.name: vendor.mount for vendor in installed_vendors()}, ADMIN: MOUNT}
LABELS = {vendor.name: vendor.title for vendor in installed_vendors()} | {ADMIN: "Admin API"}
