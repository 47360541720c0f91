"""Declares PayEx to the simulator."""

from ledgersim.plugin import Vendor
from ledgersim.vendors.payex.settings import PayexSettings

VENDOR = Vendor(
    name="payex",
    label="PayEx",
    mount="/ledger",
    settings=PayexSettings,
    app="ledgersim.vendors.payex.app:build",
    models="ledgersim.vendors.payex.models",
    jobs="ledgersim.vendors.payex.jobs:JOBS",
    seed="ledgersim.vendors.payex.seed.fill:SEED",
    fixtures="ledgersim.vendors.payex.fixtures:KINDS",
    admin="ledgersim.vendors.payex.admin:router",
    samples="ledgersim.vendors.payex.samples:SAMPLES",
    timeline="ledgersim.vendors.payex.timeline:timeline",
    debts="ledgersim.vendors.payex.transfers:DEBTS",
    pages="ledgersim.vendors.payex.pages:PAGES",
)
