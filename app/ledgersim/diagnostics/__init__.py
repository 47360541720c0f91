"""Test tools: the journal, faults, diagnostics, request matching, coverage and nearest routes, without HTTP."""
