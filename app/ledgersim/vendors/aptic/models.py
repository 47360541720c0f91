"""Imports every module that declares a table, so that SQLModel knows all of them."""

# ruff: noqa: F401
import ledgersim.vendors.aptic.addresses.models
import ledgersim.vendors.aptic.cases.models
import ledgersim.vendors.aptic.claims.models
import ledgersim.vendors.aptic.claims.sums
import ledgersim.vendors.aptic.clients.models
import ledgersim.vendors.aptic.credit_insurances.models
import ledgersim.vendors.aptic.customer_summary.models
import ledgersim.vendors.aptic.customers.models
import ledgersim.vendors.aptic.debtors.models
import ledgersim.vendors.aptic.debts.models
import ledgersim.vendors.aptic.direct_debits.models
import ledgersim.vendors.aptic.documents.models
import ledgersim.vendors.aptic.extrafields.models
import ledgersim.vendors.aptic.loan_interests.models
import ledgersim.vendors.aptic.party_parameters.models
import ledgersim.vendors.aptic.payment_plans.models
import ledgersim.vendors.aptic.payments.models
import ledgersim.vendors.aptic.questions.models
