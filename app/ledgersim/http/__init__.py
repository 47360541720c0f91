"""HTTP: the dispatcher, routing, request bodies, API schemas, recording and fault injection.

Knows spaces and diagnostics, but no vendor. Each vendor's FastAPI application is a `VendorApp`.
"""
