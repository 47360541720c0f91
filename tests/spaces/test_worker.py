"""Long work in threads."""

import gc
from asyncio import gather
from threading import Barrier

from ledgersim.spaces.worker import Worker
from tests.client import Api


def test_no_garbage_is_collected_until_all_long_work_has_ended(api: Api) -> None:
    both_run = Barrier(2)

    def work() -> bool:
        both_run.wait()
        return gc.isenabled()

    async def scenario() -> list[bool]:
        return list(await gather(Worker().run(work), Worker().run(work)))

    assert api.run(scenario()) == [False, False]
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off(api: Api) -> None:
    gc.disable()
    try:
        api.run(Worker().run(int))
        assert not gc.isenabled()
    finally:
        gc.enable()
