"""The simulator as an ASGI application, for `uvicorn ledgersim.asgi:app` and for clients in the same process.

It is built on import, with the settings of the LEDGERSIM_ variables. For others, make one of your own:
`ledgersim.app.create_app(Settings(customers=50))`, with `Settings` from `ledgersim.settings`. All state lives
in the process, so run one worker. Faults that break the connection (drop, reset, truncate) are answered by 501
here: only `ledgersim serve` and `ledgersim.testing.Server` have a connection to break.
"""

import os

from ledgersim.app import create_app
from ledgersim.settings import load_settings

app = create_app(load_settings(os.environ))
