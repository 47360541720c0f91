"""Writes the screenshots of docs/dashboard.md: `make screenshots`."""

import base64
from pathlib import Path
from urllib.parse import urlencode

import httpx

from tests.browser import Browser, browser, close
from tests.serving import ServedByCommand

FOLDER = Path(__file__).parents[2] / "docs/screenshots"
APTIC = "/APIGW/v1"
PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001"
PLAN = f"{PETRA}/Paymentplans/5eed0002-91a0-4000-8000-000000000001"

# Name of the file, page, width and height, color scheme.
SHOTS = (
    ("requests", "requests/{id}", 1200, 640, "light"),
    ("errors", "errors", 1200, 560, "dark"),
    ("plan", f"data/item?{urlencode({'path': PLAN})}", 1200, 640, "light"),
    ("clock", "clock", 1200, 640, "light"),
    ("phone", "requests", 360, 640, "light"),
)


def fill(url: str) -> int:
    """Send what a client might send; the id of the request that is shown."""
    with httpx.Client(base_url=url, headers={"Authorization": "Bearer any"}) as client:
        client.put("/_sim/clock", json={"mode": "frozen", "now": "2026-01-01"})
        client.post("/_sim/clock/advance", json={"by": "P15D"})
        client.get(f"{APTIC}/Debtors", params={"$filter": "city eq 'Oslo'"})
        client.get(f"{APTIC}/Debtors", params={"$filter": "cty eq 'Oslo'"})
        client.get(f"{APTIC}/Debtor")
        client.put(f"{APTIC}/Debtors", json={"fullName": "Ada Ek", "fullNam": "Ada"})
        rejected = client.put(f"{APTIC}/Debtors", json={"fullName": 5})
        client.get(f"{APTIC}/Cases", headers={"Sim-Fault": "status=503"})
        client.get("/ledger/customer/v1/46001/customers/1000019/surpluses")
        client.patch(PETRA, json={"email": "petra@example.com"})
        return int(rejected.headers["sim-request-id"])


def shoot(driver: Browser, url: str, name: str, width: int, height: int, scheme: str) -> None:
    """Write the visible part of a page."""
    driver.emulate(width, scheme, height=height, scale=1)
    driver.open(url)
    (FOLDER / f"{name}.png").write_bytes(base64.b64decode(driver.screenshot()))


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    served = ServedByCommand("--port", "0")
    try:
        number = fill(served.url)
        with browser() as driver:
            for name, page, width, height, scheme in SHOTS:
                shoot(driver, f"{served.url}/_sim/ui/{page.format(id=number)}", name, width, height, scheme)
    finally:
        close()
        served.end()


if __name__ == "__main__":
    main()
