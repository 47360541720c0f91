"""Payment plans on the wire."""

from datetime import datetime

from ledgersim.core.wire import Amount, Answer


class PaymentPlanItem(Answer):
    """A payment plan in a list."""

    payment_plan_guid: str
    registration_date: datetime
    start_date: datetime
    active: int
    payment_plan_type: int
    number_of_payments: int
    remaining_number_of_payments: int
    amount: Amount
    currency_code: str
    payment_type: int
    interval_type: int
    interval: int
