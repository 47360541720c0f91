"""Aptic's scheduled jobs."""

from ledgersim.spaces.scheduler import ScheduledJob
from ledgersim.vendors.aptic.cases import pending
from ledgersim.vendors.aptic.payment_plans import lifecycle
from ledgersim.vendors.aptic.payments import commands as payments

JOBS = (
    ScheduledJob("aptic.paymentplans", lifecycle.next_at, lifecycle.run),
    ScheduledJob("aptic.case-imports", pending.next_at, pending.run),
    ScheduledJob("aptic.payments", payments.next_at, payments.run),
)
