"""How a vendor's own specification, or its live API, differs from what the simulator documents.

A specification goes through pure functions, a module each: `document` (file → JSON), `normalise` (→ model),
`pairing`, `comparison` (→ findings) and `rendering`. `adoption` turns findings into a folder, which `overlay`
and `adopted` apply at the start of a server; `live` and `proxy` compare answers.
"""
