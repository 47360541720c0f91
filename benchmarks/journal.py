"""What journal and faults cost a plain read when nobody asks for them: the ratio of servers with and without.

The rounds of both servers alternate, so that a machine that slows down slows both; the medians are compared.
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
    found: dict[str, list[float]] = {name: [] for name in servers}
    try:
        for _ in range(ROUNDS):
            for name, (_, port) in servers.items():
                found[name].append(asyncio.run(rate(port, READ, rounds=1)))
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
    rates = {name: median(all_) for name, all_ in found.items()}
    print(
        f"get one debtor with journal and faults {rates['with']:,.0f}/s, without {rates['without']:,.0f}/s: "
        f"ratio {rates['with'] / rates['without']:.3f}"
    )


if __name__ == "__main__":
    main()
