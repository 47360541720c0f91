"""Members whose values the vendor calls predefined, without listing them: the world's definition does."""

from typing import Annotated, Any, Literal

from ledgersim.errors import did_you_mean
from ledgersim.schemas import Tolerated
from ledgersim.spaces.space import Space
from ledgersim.vendors.aptic.state import ApticState

Kind = Literal["channels", "debt_groups", "interest_codes", "fee_names"]


def _predefined(kind: Kind) -> Tolerated:
    def remark(value: Any, space: Space) -> str | None:
        listed = space.state(ApticState).predefined_values.get(kind, ())
        if value in listed or not (listed and isinstance(value, str)):
            return None
        hint = did_you_mean(value, listed, f"the predefined values are {', '.join(listed)}")
        return f"{value[:80]!r} is not predefined, and was stored as sent; {hint}"

    return Tolerated("unlisted-value", remark)


Channel = Annotated[str, _predefined("channels")]
DebtGroup = Annotated[str, _predefined("debt_groups")]
InterestCode = Annotated[str, _predefined("interest_codes")]
FeeName = Annotated[str, _predefined("fee_names")]
