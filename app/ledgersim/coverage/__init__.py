"""`ledgersim coverage`: what tests have exercised on a server, as a report with bounds for CI."""
