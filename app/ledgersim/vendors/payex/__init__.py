"""PayEx: the customers of a ledger, and the invoices and accounts that their surpluses link to."""
