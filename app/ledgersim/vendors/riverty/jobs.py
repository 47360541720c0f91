"""The scheduled jobs of Riverty."""

from ledgersim.spaces.scheduler import ScheduledJob
from ledgersim.vendors.riverty.customer_account import notices

JOBS = (ScheduledJob("riverty.notices", notices.next_at, notices.run),)
