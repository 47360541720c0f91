"""What follows from a debtor's data."""

from stdnum import luhn


def payment_reference(digits: str) -> str:
    """A Swedish OCR number: the digits, the length modulo 10, and a Luhn check digit."""
    payload = "".join(character for character in digits if character.isdigit())
    payload += str((len(payload) + 2) % 10)
    return payload + str(luhn.calc_check_digit(payload))
