"""The settings of PayEx."""

from typing import Literal

from ledgersim.plugin import VendorSettings, option

ProblemCase = Literal["pascal", "camel"]


class PayexSettings(VendorSettings):
    """Settings for points on which the vendor's documentation is inconsistent."""

    payex_problem_case: ProblemCase = option(
        "pascal",
        "Spelling of the members of PayEx's problem documents: pascal (Type, Title) or camel (type, title).",
        "pascal or camel",
    )
    payex_card_check_minutes: int = option(
        30,
        "Minutes after which a card registration ends that its customer has abandoned.",
        "a whole number from 1 to 10080",
        ge=1,
        le=10_080,
    )
