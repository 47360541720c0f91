"""Test tools: the journal, faults, diagnostics, request matching and nearest routes, without HTTP."""
