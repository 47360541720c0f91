"""Routes whose functions FastAPI reads when they are first used."""

from copy import copy
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel

from ledgersim.http.vendor_app import new_router
from ledgersim.schemas import ResponseModel


class _Later(ResponseModel):
    name: str


class _Now(ResponseModel, defer_build=False):
    name: str


def _router(model: type[BaseModel]) -> APIRouter:
    router = new_router("Parts")

    @router.get("/parts/{number}", operation_id="getPart", response_model=model)
    async def get_part(number: str) -> Any:
        return {"name": number}

    return router


def _route(model: type[BaseModel]) -> APIRoute:
    (route,) = _router(model).routes
    assert isinstance(route, APIRoute)
    return route


def test_the_function_of_a_route_is_read_when_the_route_is_first_used() -> None:
    route = _route(_Later)
    assert (route.path, route.methods, route.operation_id) == ("/parts/{number}", {"GET"}, "getPart")
    assert "dependant" not in vars(route)
    assert [one.name for one in route.dependant.path_params] == ["number"]
    assert "dependant" in vars(route)


def test_that_of_a_route_with_a_compiled_response_is_read_at_once() -> None:
    assert "dependant" in vars(_route(_Now))


def test_a_copy_of_an_unused_route_keeps_a_path_of_its_own() -> None:
    route = _route(_Later)
    copied = copy(route)
    copied.path, copied.methods = "/items/{number}", {"POST"}
    assert [one.name for one in copied.dependant.path_params] == ["number"]
    assert (copied.path, copied.methods) == ("/items/{number}", {"POST"})
    assert (route.path, route.methods) == ("/parts/{number}", {"GET"})


def test_unknown_attributes_of_a_route_are_missing() -> None:
    route = _route(_Later)
    assert not hasattr(route, "unknown")
    assert not hasattr(route, "unknown")
