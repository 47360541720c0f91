"""Generates bank account numbers with valid check digits."""

from stdnum import iban, luhn

from ledgersim.world.national_numbers import Chance


def swedish_account(chance: Chance) -> str:
    """An account with the clearing number 9999, which no bank is known to use."""
    return f"9999-{chance.randrange(0, 10**7):07}"


def finnish_iban(chance: Chance) -> str:
    """An IBAN with the branch 123456, which Finnish examples use."""
    digits = f"123456{chance.randrange(0, 10**7):07}"
    digits += luhn.calc_check_digit(digits)
    return f"FI{iban.calc_check_digits(f'FI00{digits}')}{digits}"


def similar_account(account: str, chance: Chance) -> str:
    """A random account in the same country, Sweden or Finland."""
    return finnish_iban(chance) if account.startswith("FI") else swedish_account(chance)
