"""The schema of the calling user, which the definition of a world contains."""

from ledgersim.schemas import ResponseModel
from ledgersim.vendors.aptic.links import Link


class ClientRestriction(ResponseModel):
    """A client to whose cases the user is restricted."""

    party_reference_code: str
    include_sub_parties: bool


class CurrentUser(ResponseModel):
    """The user to whom the credentials belong."""

    unique_id: str
    party_reference_code: str | None = None
    email: str | None = None
    full_name: str | None = None
    user_role: int
    language_code: str | None = None
    country_format: str | None = None
    culture_code: str | None = None
    system_currency_code: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    state_code: str | None = None
    zip_code: str | None = None
    country_code: str | None = None
    phone_number: str | None = None
    cellular_phone_number: str | None = None
    pbx_phone_number: str | None = None
    employment_number: str | None = None
    department: str | None = None
    photo_image_type: str | None = None
    photo_image: str | None = None
    access_groups: list[str] = []
    access_codes: list[str] = []
    client_restriction: list[ClientRestriction] = []
    links: list[Link] = []
