"""The scheduled jobs of PayEx."""

from ledgersim.spaces.scheduler import ScheduledJob
from ledgersim.vendors.payex.consents import commands as consents
from ledgersim.vendors.payex.invoices import commands as invoices
from ledgersim.vendors.payex.kyc import renewal
from ledgersim.vendors.payex.surpluses import commands as surpluses

JOBS = (
    ScheduledJob("payex.card-registrations", consents.next_at, consents.run),
    ScheduledJob("payex.invoices", invoices.next_at, invoices.run),
    ScheduledJob("payex.surpluses", surpluses.next_at, surpluses.run),
    ScheduledJob("payex.kyc-renewals", renewal.next_at, renewal.run),
)
