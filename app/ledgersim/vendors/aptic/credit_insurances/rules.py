"""Which companies insure credits."""

# The codes are documented as examples, the names are those of the companies.
INSURERS = {"ATRADIUS": "Atradius", "EULERHERMES": "Euler Hermes"}


def company_name(code: str | None) -> str | None:
    """The name of the company with a reference code; another code is its own name [inferred]."""
    return None if code is None else INSURERS.get(code, code)
