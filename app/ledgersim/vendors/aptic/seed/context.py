"""The context that all parts of Aptic's seed share."""

from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.seed.case_rows import ApticRows
from ledgersim.vendors.aptic.seed.definition import Aptic, Client
from ledgersim.world.days import instant
from ledgersim.world.seeding import SeedContext


class Context:
    """The world, Aptic's section of its definition, client ids by reference code, and the row writers."""

    def __init__(self, world: SeedContext) -> None:
        self.definition = world.definition
        self.section: Aptic = world.definition.section("aptic")
        self.today = world.today
        self.rows = world.rows
        self.registers = world.registers
        self.personas = world.personas
        self.aptic = ApticRows(self.rows, world.guids, self.today)
        self.clients = {client.reference_code: self._add(client) for client in self.section.clients}

    def clients_in(self, country: str) -> list[Client]:
        """Return the clients in a country."""
        return [client for client in self.section.clients if client.country == country]

    def client(self, code: str) -> Client:
        """Return the client with a reference code."""
        return next(client for client in self.section.clients if client.reference_code == code)

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
                "bank_account_no": client.bank_account,
                "report_paid_interest": client.report_paid_interest,
                "reg_date": instant(self.today - client.registered_days_ago),
                "commission_rate": client.commission,
                "commission_vat_rate": self.definition.world.countries[client.country].vat,
            },
        )
