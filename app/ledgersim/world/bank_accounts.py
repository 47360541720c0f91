"""Made-up bank accounts with the right check digits."""

from stdnum import iban, luhn

from ledgersim.world.national_numbers import Chance


def swedish_account(chance: Chance) -> str:
    """An account with the clearing number 9999, which no bank has as far as is known."""
    return f"9999-{chance.randrange(0, 10**7):07}"


def finnish_iban(chance: Chance) -> str:
    """An IBAN at the branch 123456, which Finnish examples use."""
    digits = f"123456{chance.randrange(0, 10**7):07}"
    digits += luhn.calc_check_digit(digits)
    return f"FI{iban.calc_check_digits(f'FI00{digits}')}{digits}"
