"""The short edition of `make fuzz-http`: some mutated requests, the same in every run."""

import pytest

from tests.fuzz.raw import Run, serve


@pytest.mark.usefixtures("image")  # else its server would build it
def test_mutated_requests_get_well_formed_responses_and_no_failures() -> None:
    with serve() as server:
        run = Run(server, seed=0)
        run.send(300)
    assert not run.violations
