"""The cost of the journal and of fault matching for a plain read: a server with them against one without.

Rounds on both servers alternate, so that changes in the load of the machine affect both. Medians are compared.
"""

import asyncio
from statistics import median

from throughput import ULLA, Load, rate, start

ROUNDS = 7
READ = Load("get one debtor", "GET", f"/APIGW/v1/Debtors/{ULLA}")


def main() -> None:
    """Measure and print the ratio."""
    servers = {
        "with": start("-m", "ledgersim", "serve", "--port", "0"),
        "without": start(
            "-m", "ledgersim", "serve", "--port", "0", "--journal-entries", "0", "--fault-header", "off"
        ),
    }
    measured: dict[str, list[float]] = {name: [] for name in servers}
    try:
        for _ in range(ROUNDS):
            for name, (_, port) in servers.items():
                measured[name].append(asyncio.run(rate(port, READ, rounds=1)))
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    rates = {name: median(values) for name, values in measured.items()}
    print(
        f"get one debtor with journal and faults {rates['with']:,.0f}/s, without {rates['without']:,.0f}/s: "
        f"ratio {rates['with'] / rates['without']:.3f}"
    )


if __name__ == "__main__":
    main()
