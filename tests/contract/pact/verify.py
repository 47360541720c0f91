"""Verifies a Pact contract against a space: `verify.py URL PACT`. It runs where pact-python is installed."""

import sys

from pact import Verifier

url, contract = sys.argv[1:]
verifier = Verifier("aptic", host="127.0.0.1").add_transport(url=f"{url}/APIGW")
# Without teardowns, which is the default: every interaction sets up its own state.
verifier.state_handler(f"{url}/_sim/pact/provider-states", teardown=False, body=True)
verifier.add_source(contract)
try:
    verifier.verify()
except RuntimeError as error:
    sys.exit(str(error))
