"""Declares Aptic to the simulator."""

from ledgersim.plugin import Vendor
from ledgersim.vendors.aptic.settings import ApticSettings

VENDOR = Vendor(
    name="aptic",
    mount="/APIGW",
    settings=ApticSettings,
    app="ledgersim.vendors.aptic.app:build",
    models="ledgersim.vendors.aptic.models",
    jobs="ledgersim.vendors.aptic.jobs:JOBS",
    seed="ledgersim.vendors.aptic.seed.fill:SEED",
    fixtures="ledgersim.vendors.aptic.fixtures:KINDS",
    admin="ledgersim.vendors.aptic.admin:router",
    samples="ledgersim.vendors.aptic.samples:SAMPLES",
    timeline="ledgersim.vendors.aptic.timeline:timeline",
    debts="ledgersim.vendors.aptic.transfers:DEBTS",
    pages="ledgersim.vendors.aptic.pages:PAGES",
)
