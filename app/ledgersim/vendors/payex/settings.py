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
