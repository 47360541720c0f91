"""Registers all tables of PayEx by importing the modules that define them."""

# ruff: noqa: F401
import ledgersim.vendors.payex.addresses.models
import ledgersim.vendors.payex.consents.models
import ledgersim.vendors.payex.customers.models
import ledgersim.vendors.payex.invoices.models
import ledgersim.vendors.payex.register.models
import ledgersim.vendors.payex.surpluses.models
