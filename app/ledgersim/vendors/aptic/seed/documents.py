"""Documents of random cases: the invoice in the archive of the creditor, and the verdict with its content."""

from base64 import b64encode

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.documents.models import DOCUMENT
from ledgersim.vendors.aptic.seed.case_rows import CaseDraft, StoredCase
from ledgersim.vendors.aptic.seed.context import Context

EVERY = 5  # of the cases, one has documents
COURT = "Legal"  # the service of cases with a verdict


def add_documents(context: Context, draft: CaseDraft, case: StoredCase) -> None:
    """Add the documents of a case, logged when it was registered."""
    if case.id % EVERY and draft.service != COURT:
        return
    invoice = f"invoice-{case.id}.pdf"
    documents: list[Row] = [
        {
            "document_type": "invoice",
            "note": f"Invoice: {draft.description}",
            "original_file_name": invoice,
            "external_link": f"https://archive.example.com/{invoice}",
            "important": False,
            "file_data_base64": None,
        }
    ]
    if draft.service == COURT:
        documents.append(
            {
                "document_type": "verdict",
                "note": "Verdict",
                "original_file_name": f"verdict-{case.id}.txt",
                "external_link": None,
                "important": True,
                "file_data_base64": b64encode(f"Verdict: {draft.description}".encode()).decode(),
            }
        )
    for document in documents:
        context.rows.add(
            DOCUMENT,
            {
                **document,
                "document_guid": context.aptic.new_guid(),
                "case_id": case.id,
                "logged_at": draft.registered,
                "search_value": str(case.id),
            },
        )
