"""The settings of Aptic."""

from typing import Annotated, Literal

from pydantic import DirectoryPath, Field

from ledgersim.plugin import VendorSettings, option

IMMEDIATE: Literal["immediate"] = "immediate"
MAX_IMPORT_DELAY = 86_400 * 30  # seconds


class ApticSettings(VendorSettings):
    """Settings for behaviour that the vendor does not document."""

    created_status: Literal["201", "200"] = option(
        "201",
        "Status of Aptic's responses to creations; the vendor does not document it.",
        "201 or 200",
    )
    services: DirectoryPath | None = option(
        None,
        "Folder with files NAME.json, each of which defines a custom service of Aptic; read at start-up.",
        "the path of an existing folder",
    )
    known_debtors: Literal["update", "ignore"] = option(
        "update",
        "What an import of Aptic says of debtors who exist already: update them, or ignore it.",
        "update or ignore",
    )
    plan_reminder_days: int = option(
        1,
        "Days after the due date when an unpaid payment of a plan becomes overdue and gets a reminder fee.",
        "a whole number from 1 to 365",
        ge=1,
        le=365,
    )
    plan_overdue_limit: int = option(
        2,
        "Number of overdue payments that terminates a payment plan.",
        "a whole number from 1 to 600",
        ge=1,
        le=600,
    )
    case_import_delay: Literal["immediate"] | Annotated[int, Field(ge=1, le=MAX_IMPORT_DELAY)] = option(
        IMMEDIATE,
        "Delay before cases sent with async=true are imported: immediate, or seconds of the space's clock.",
        "immediate or a whole number of seconds from 1 to 2592000",
    )
