"""The references of debtors and payments."""

from stdnum import luhn

FIRST_REFERENCE = 100_000


def debtor_reference(row_id: int) -> str:
    """Return the reference of a debtor."""
    return str(FIRST_REFERENCE + row_id)


def payment_reference(digits: str) -> str:
    """Return a Swedish OCR number: the digits, the length modulo 10, and a Luhn check digit."""
    payload = "".join(character for character in digits if character.isdigit())
    payload += str((len(payload) + 2) % 10)
    return payload + str(luhn.calc_check_digit(payload))
