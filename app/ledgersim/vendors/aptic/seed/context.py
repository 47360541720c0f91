"""What all parts of a world are made with."""

from datetime import date

from sqlalchemy import Connection

from ledgersim.ids import Stream
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.seed.case_rows import AptRows
from ledgersim.world.days import instant
from ledgersim.world.model import Client, Definition
from ledgersim.world.people import Register
from ledgersim.world.rows import Rows


class Context:
    """The definition, the day, the people of each country, the clients, and where rows go."""

    def __init__(
        self, connection: Connection, definition: Definition, guids: Stream, seed: int, as_of: date
    ) -> None:
        self.definition = definition
        self.today = as_of.toordinal()
        self.rows = Rows(connection)
        self.aptic = AptRows(self.rows, guids, definition.world.aptic.bank_accounts)
        world = definition.world
        self.registers = {code: Register(definition, code, seed, as_of) for code in world.countries}
        self.clients = {client.reference_code: self._add(client) for client in world.aptic.clients}

    def clients_in(self, country: str) -> list[Client]:
        """The clients that work in a country."""
        return [client for client in self.definition.world.aptic.clients if client.country == country]

    def _add(self, client: Client) -> int:
        return self.rows.add(
            CLIENT,
            {
                "unique_id": client.guid,
                "reference_code": client.reference_code,
                "informal_name": client.informal_name,
                "full_name": client.full_name,
                "id_number": client.id_number,
                "company_phone": client.phone,
                "email": client.email,
                "web_page": client.web_page,
                "active": True,
                "blocked": False,
                "country_code_of_operation": client.country,
                "reg_date": instant(self.today - client.registered_days_ago),
            },
        )
