"""The settings of PayEx."""

from typing import Literal

from ledgersim.plugin import VendorSettings, option

ProblemCase = Literal["pascal", "camel"]


class PayexSettings(VendorSettings):
    """Settings for what the vendor's documentation contradicts itself on."""

    payex_problem_case: ProblemCase = option(
        "pascal",
        "Spelling of the members of PayEx's problem documents: pascal (Type, Title) or camel (type, title).",
        "pascal or camel",
    )
