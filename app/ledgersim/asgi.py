"""The simulator as an ASGI application, for `uvicorn ledgersim.asgi:app` and for clients in the same process.

It is built on import, with settings from the LEDGERSIM_ variables. For other settings, build your own:
`ledgersim.app.create_app(Settings(customers=50))`, with `Settings` from `ledgersim.settings`. All state lives
in the process, so run one worker. Faults that break the connection (drop, reset, truncate) return 501 here:
only `ledgersim serve` and `ledgersim.testing.Server` have access to the connection.
"""

import os

from ledgersim.app import create_app
from ledgersim.settings import load_settings

app = create_app(load_settings(os.environ))
