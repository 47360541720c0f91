"""Validation of the account numbers of direct debit mandates.

The meanings of the mandate types and account classes are [documented]; the rule for each number follows from
them [inferred]. Spaces, hyphens and full stops in a number are ignored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stdnum import iban, luhn
from stdnum.no import kontonr
from stdnum.util import clean, isdigits


@dataclass(frozen=True, slots=True)
class AccountRule:
    """A format of account numbers: its description and its check."""

    description: str
    is_valid: Callable[[str], bool]


def _digits(number: str, minimum: int, maximum: int) -> str | None:
    """Return the digits of a number if it consists of `minimum` to `maximum` digits, or else None."""
    digits: str = clean(number, " -.").strip()
    return digits if isdigits(digits) and minimum <= len(digits) <= maximum else None


def _is_giro(number: str, minimum: int) -> bool:
    digits = _digits(number, minimum, 8)
    return digits is not None and luhn.is_valid(digits)


def _is_bankgiro(number: str) -> bool:
    return _is_giro(number, 7)


def _is_plusgiro(number: str) -> bool:
    return _is_giro(number, 2)


def _is_swedish_account(number: str) -> bool:
    """A four-digit clearing number and an account number, without its check digit, which differs by bank."""
    digits = _digits(number, 10, 15)
    return digits is not None and digits >= "1"


def _is_danish_account(number: str) -> bool:
    return _digits(number, 7, 14) is not None


def _is_iban(number: str) -> bool:
    return iban.is_valid(number)


def _is_dutch_iban(number: str) -> bool:
    return iban.is_valid(number) and iban.compact(number).startswith("NL")


def _is_finnish_account(number: str) -> bool:
    """An IBAN, or its last fourteen digits, the last of which is a Luhn check digit."""
    digits = _digits(number, 14, 14)
    if digits is not None:
        return luhn.is_valid(digits)
    return iban.is_valid(number) and iban.compact(number).startswith("FI")


IBAN = AccountRule("an IBAN with the right check digits", _is_iban)
DUTCH_IBAN = AccountRule("a Dutch IBAN with the right check digits", _is_dutch_iban)
NORWEGIAN = AccountRule(
    "a Norwegian account number: 11 digits, the last a check digit modulo 11", kontonr.is_valid
)
SWEDISH = AccountRule(
    "a Swedish account number or giro number",
    lambda number: _is_swedish_account(number) or _is_plusgiro(number),
)

BY_CLASS = {
    1: AccountRule("a plusgiro number: 2 to 8 digits, the last a Luhn check digit", _is_plusgiro),
    2: AccountRule("a bankgiro number: 7 or 8 digits, the last a Luhn check digit", _is_bankgiro),
    3: DUTCH_IBAN,
    4: IBAN,
    5: AccountRule("a Danish number: 7 to 14 digits", _is_danish_account),
    7: NORWEGIAN,
    8: NORWEGIAN,
    9: AccountRule(
        "a Swedish account number: clearing number and account, 10 to 15 digits", _is_swedish_account
    ),
    10: AccountRule("a Finnish IBAN, or the 14 digits of one", _is_finnish_account),
}
AUTOGIRO, INCASSO = 1, 2
RECEIVING = {AUTOGIRO: SWEDISH, INCASSO: DUTCH_IBAN}  # all other types are SEPA
SENDING = {AUTOGIRO: SWEDISH, INCASSO: DUTCH_IBAN}


def account_errors(mandate: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the errors in the account numbers of a mandate, by field."""
    wrong = _wrong_accounts(mandate)
    return {name: [f"Input should be {wanted}"] for name, (wanted, is_rejected) in wrong.items() if is_rejected}


def account_remarks(mandate: Mapping[str, Any]) -> dict[str, str]:
    """Return remarks about the account numbers that are accepted though they look wrong, by field."""
    wrong = _wrong_accounts(mandate)
    return {
        name: f"This is not {wanted}, and was stored as sent."
        for name, (wanted, is_rejected) in wrong.items()
        if not is_rejected
    }


def _wrong_accounts(mandate: Mapping[str, Any]) -> dict[str, tuple[str, bool]]:
    """Return what the wrong account numbers should be, by field, and whether they are rejected.

    For autogiro, the document only requires an account number of a bank in Sweden.
    """
    kind, account_class = mandate["direct_debit_mandate_type"], mandate["sending_bank_account_class"]
    sending = SENDING.get(kind, IBAN) if account_class is None else BY_CLASS[account_class]
    checks = (
        ("receivingBankAccountNo", mandate["receiving_bank_account_no"], RECEIVING.get(kind, IBAN)),
        ("sendingBankAccountNo", mandate["sending_bank_account_no"], sending),
    )
    return {
        name: (rule.description, rule is not SWEDISH)
        for name, number, rule in checks
        if number is not None and not rule.is_valid(number)
    }
