"""PayEx's problems. The codes are documented unless marked otherwise."""

from ledgersim.problems import Problem

FORBIDDEN = Problem(403, "forbidden", "Forbidden")
CUSTOMER_NOT_FOUND = Problem(404, "customer-not-found", "Customer Not Found")
NO_LEGAL_ADDRESS = Problem(404, "legal-address-does-not-exists", "Legal Address Does Not Exist")
NO_BILLING_ADDRESS = Problem(404, "billing-address-does-not-exists", "Billing Address Does Not Exist")
KYC_CONFIGURATION = Problem(409, "kyc-configuration", "KYC Not Configured")
NO_QUESTIONS = Problem(404, "company-kyc-questions-not-configured", "KYC Questions Not Configured")
GENERAL_VALIDATION = Problem(400, "general-validation-error", "Validation Error")
LEDGER_NOT_CONFIGURED = Problem(501, "ledger-not-configured", "Ledger Not Configured")  # [inferred]

# Returned only when a test requests them with PUT /_sim/payex/{ledger}/next-problem.
FAILURES = {
    code: Problem(500, code, title)
    for code, title in (
        ("fatal", "Fatal"),
        ("internal-server-error", "Internal Server Error"),
        ("handled-exception", "Handled Exception"),
        ("unhandled-exception", "Unhandled Exception"),
    )
}

PROBLEMS = (
    FORBIDDEN,
    CUSTOMER_NOT_FOUND,
    NO_LEGAL_ADDRESS,
    NO_BILLING_ADDRESS,
    KYC_CONFIGURATION,
    NO_QUESTIONS,
    GENERAL_VALIDATION,
    LEDGER_NOT_CONFIGURED,
    *FAILURES.values(),
)
