"""Credit insurance companies."""

# The codes are examples in the vendor's documentation [documented].
INSURERS = {"ATRADIUS": "Atradius", "EULERHERMES": "Euler Hermes"}


def company_name(code: str | None) -> str | None:
    """Return the name of the company with a reference code; an unknown code is its own name [inferred]."""
    return None if code is None else INSURERS.get(code, code)
