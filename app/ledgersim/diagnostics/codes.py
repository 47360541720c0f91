"""The codes of diagnostics, besides the codes of problems. `docs/diagnostics.md` has the same table."""

from collections.abc import Mapping

# What each code means, for whoever finds it in a response header or in the journal.
CODES: Mapping[str, str] = {
    "unknown-member": "The operation has no such member; it was ignored.",
    "duplicate-member": "The member occurs more than once in its object; the last one was used.",
    "member-case": "The operation spells the member in another letter case; it was read nevertheless.",
    "unknown-parameter": "The operation has no such query parameter; it was ignored.",
    "duplicate-parameter": "The query parameter was sent more than once; the last one was used.",
    "authorization-blank": "There is no blank between Bearer and the token; the rest was read as the token.",
    "missing-media-type": "The body has no media type; it was read as JSON.",
    "media-type": (
        "The media type is not application/json or the charset not UTF-8; the body was read as JSON in UTF-8."
    ),
    "content-encoding": (
        "The body is compressed, which no vendor documents that it accepts; it was decompressed."
    ),
    "byte-order-mark": "The body begins with a byte order mark, which was ignored.",
    "deprecated-value": "The vendor calls the value obsolete; it was replaced by its successor.",
    "known-debtor": "The debtor exists already and differs; it was updated or, as a setting, left as it is.",
    "unlisted-value": "The world does not list the value among the predefined ones; it was stored as sent.",
    "account-number": "The account number does not have the form of its type; it was stored as sent.",
    "value-cut": "The value exceeds the maximum; the maximum was used.",
    "value-rounded": "The number has too many decimals; it was rounded.",
    "no-interest-start": "There is a rate, but no date from which it counts; interest accrues from today.",
    "no-interest-ceiling": "The code of the interest ceiling is unknown; it was stored and caps nothing.",
    "no-exchange-rate": "The debt is in another currency than its case, without a rate; it counts 1 to 1.",
    "future-payment": "The date of the payment lies ahead; it is booked when the clock reaches it.",
    "fault-header-off": "The server runs with --fault-header off; the header was ignored.",
}
