"""Debtors for the servers that have no world: the members and sizes of the simulator's."""

from collections.abc import Iterator
from typing import Any

_DEBTOR = {
    "debtorGuid": "",
    "debtorReference": "",
    "idNumber": "19850314-9984",
    "juridicalType": 0,
    "placeOfBirth": "Stockholm",
    "dateOfBirth": "1985-03-14T00:00:00Z",
    "gender": 2,
    "cultureCode": "sv-SE",
    "firstname": "Ulla",
    "middlename": None,
    "lastname": "Unpaid",
    "nameSuffix": None,
    "domicile": "Stockholm",
    "municipalCode": "0180",
    "naceCode": None,
    "homePhone": None,
    "workPhone": None,
    "cellularPhone": "+46701740605",
    "telefax": None,
    "email": "ulla.unpaid@example.com",
    "languageCode": "sv",
    "currencyCode": "SEK",
    "preferredChannel": "EMAIL",
    "underAged": False,
    "conversationNotificationChannel": 1,
    "conversationNotificationEmail": "ulla.unpaid@example.com",
    "conversationNotificationCellularPhone": None,
    "regDate": "2024-11-27T00:00:00Z",
}
_ADDRESS = {
    "fullName": "",
    "street": "Storgatan",
    "houseNo": "1",
    "houseNoExtension": None,
    "city": "Stockholm",
    "zipCode": "111 20",
    "stateCode": None,
    "countryCode": "SE",
}
MEMBERS = tuple(_DEBTOR)  # of one debtor
COLUMNS = (*MEMBERS, *_ADDRESS)
LISTED = (*MEMBERS[:6], *_ADDRESS, "underAged", "domicile", "municipalCode", "naceCode")
LISTED += ("homePhone", "workPhone", "cellularPhone", "email", "languageCode", "currencyCode")
NEW = {
    "firstname": "Nils",
    "lastname": "Ny",
    "gender": 1,
    "dateOfBirth": "1990-05-17T00:00:00Z",
    "placeOfBirth": "Uppsala",
    "street": "Nygatan",
    "houseNo": "12",
    "city": "Uppsala",
    "zipCode": "753 10",
    "countryCode": "SE",
    "email": "nils.ny@example.com",
    "cellularPhone": "+46701740699",
    "languageCode": "sv",
    "currencyCode": "SEK",
}


def debtors(count: int) -> Iterator[dict[str, Any]]:
    """That many debtors, one of seven a company (`juridicalType` 1), with names in no order."""
    for number in range(1, count + 1):
        yield {
            **_DEBTOR,
            **_ADDRESS,
            "debtorGuid": f"{number * 2654435761 % 2**32:08x}-deb0-4000-8000-{number:012}",
            "debtorReference": str(100_000 + number),
            "juridicalType": int(number % 7 == 0),
            "fullName": f"Ulla {number * 7919 % count:06} Unpaid",
        }


def only(members: tuple[str, ...], debtor: dict[str, Any]) -> dict[str, Any]:
    """These members of a debtor."""
    return {name: debtor[name] for name in members}
