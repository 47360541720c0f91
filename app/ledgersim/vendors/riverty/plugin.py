"""Declares Riverty to the simulator."""

from ledgersim.plugin import Vendor

VENDOR = Vendor(
    name="riverty",
    mount="/api/v3",
    app="ledgersim.vendors.riverty.app:build",
    models="ledgersim.vendors.riverty.customer_account.models",
    jobs="ledgersim.vendors.riverty.jobs:JOBS",
    seed="ledgersim.vendors.riverty.seed:SEED",
    fixtures="ledgersim.vendors.riverty.fixtures:KINDS",
    admin="ledgersim.vendors.riverty.admin:router",
    samples="ledgersim.vendors.riverty.samples:SAMPLES",
    timeline="ledgersim.vendors.riverty.timeline:timeline",
    debts="ledgersim.vendors.riverty.transfers:DEBTS",
    pages="ledgersim.vendors.riverty.pages:PAGES",
)
