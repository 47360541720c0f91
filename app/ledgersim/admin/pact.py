"""Sets up and tears down Pact's provider states, for the verifier of a consumer's contract."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar
from weakref import WeakKeyDictionary

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError

from ledgersim.admin.base import CurrentDispatcher, check_match, new_router, vendor_url
from ledgersim.admin.clock import ClockSetting, move_clock
from ledgersim.admin.fixtures import Created, Load
from ledgersim.admin.provider_states import MissingValueError, ProviderState, filled, plain
from ledgersim.clock import ClockError, add_duration
from ledgersim.diagnostics.faults import Fault
from ledgersim.errors import did_you_mean
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.problems import NOT_FOUND, VALIDATION, Problem, field_path, invalid
from ledgersim.spaces.space import Space

States = Mapping[str, ProviderState]
Values = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


class StateChange(BaseModel):
    """What a verifier sends before and, if so configured, after an interaction. Further members are ignored."""

    state: str
    params: dict[str, Any] = Field(default_factory=dict)
    action: Literal["setup", "teardown"] = Field("setup", json_schema_extra={"default": "setup"})


def provider_states_router(load: Load, states: States) -> APIRouter:
    """The route by which a verifier sets up the states of a file."""
    router = new_router("State", "/pact")
    fresh: WeakKeyDictionary[Space, int] = WeakKeyDictionary()  # the last request when a state was set up

    @router.post(
        "/provider-states",
        operation_id="sim.pact.providerstate",
        summary="Set up or tear down a provider state of Pact",
    )
    async def change_state(context: CurrentContext, dispatcher: CurrentDispatcher, body: StateChange) -> Values:
        """Returns the values that the contract may have the verifier put into the request. The states of one
        interaction add up; the first one after a request to a vendor, and a teardown, reset data, clock and
        faults of the space first.
        """
        space = context.space
        last = next((record.id for record in reversed(space.journal)), 0)
        if body.action == "teardown" or fresh.pop(space, None) != last:
            for scope in ("data", "clock", "faults"):
                await space.reset(scope)
        values: Values = {}
        if body.action == "setup" and body.state:
            values = await _set_up(context, dispatcher, load, _state(states, body.state), plain(body.params))
        fresh[space] = last
        return values

    return router


def _state(states: States, name: str) -> ProviderState:
    found = states.get(name)
    if found is None:
        otherwise = "--provider-states names the file that describes states"
        raise NOT_FOUND.with_detail(
            f"Unknown provider state {name[:200]!r}; {did_you_mean(name, states, otherwise)}"
        )
    return found


async def _set_up(
    context: RequestContext, dispatcher: Dispatcher, load: Load, state: ProviderState, params: Mapping[str, Any]
) -> Values:
    """Do what a state asks for, in the order of its members. Returns its values."""
    space = context.space
    _check_parameters(state.parameters(), params)
    known: Values = {**state.params, **params}
    ids: Values = {}
    if state.persona is not None:
        known["persona"] = persona = _persona(space, _filled("persona", state.persona, known))
        ids |= _ids(one for one in persona.values() if isinstance(one, dict))
    if state.clock is not None:
        setting = _valid(ClockSetting, "clock", _filled("clock", state.clock, known))
        await move_clock(dispatcher, space, setting.mode or space.clock.setting.mode, setting.now)
    if state.fixtures is not None:
        created = await _load(context, load, _filled("fixtures", state.fixtures, known))
        known["fixtures"] = created
        ids |= _ids(items[0] for kinds in created.values() for items in kinds.values())
    if state.advance is not None:
        try:
            after = add_duration(space.clock.now(), str(_filled("advance", state.advance, known)))
        except ClockError as error:
            raise invalid("advance", str(error)) from error
        await move_clock(dispatcher, space, space.clock.setting.mode, after)
    for number, one in enumerate(state.faults):
        fault = _valid(Fault, f"faults[{number}]", _filled(f"faults[{number}]", one, known))
        check_match(dispatcher, fault.match)
        space.faults.add(fault, space.clock.now())
    values: Values = _filled("values", state.values, known)
    return {**ids, **values}


def _check_parameters(known: Sequence[str], sent: Iterable[str]) -> None:
    otherwise = f"the parameters of the state are {', '.join(known)}" if known else "the state takes none"
    errors = {
        f"params.{name[:80]}": [f"unknown parameter; {did_you_mean(name, known, otherwise)}"]
        for name in sent
        if name not in known
    }
    if errors:
        raise VALIDATION.with_errors(errors)


def _ids(items: Iterator[Mapping[str, Any]]) -> Values:
    """The ids of some items by name; the first one counts."""
    found: Values = {}
    for item in items:
        found = {**{name: value for name, value in item.items() if name != "href"}, **found}
    return found


def _persona(space: Space, name: Any) -> dict[str, Any]:
    personas = {one["name"]: one for one in space.personas()}
    found = next((one for known, one in personas.items() if known.casefold() == str(name).casefold()), None)
    if found is None:
        hint = did_you_mean(str(name), personas, "GET /_sim/personas lists them")
        raise invalid("persona", f"unknown persona {str(name)[:80]!r}; {hint}")
    return found


async def _load(context: RequestContext, load: Load, content: Any) -> Created:
    data = json.dumps(content).encode()
    context.dispatcher.spaces.check_capacity(len(data))
    link = partial(vendor_url, context)
    try:
        return await context.space.worker.run(partial(load, context.space, link, data))
    except Problem as problem:  # the lines are not those of the file
        raise problem.with_errors(
            {
                f"fixtures.{name}": [text.partition(": ")[2] for text in texts]
                for name, texts in problem.errors.items()
            }
        ) from problem


def _filled(member: str, value: Any, known: Mapping[str, Any]) -> Any:
    try:
        return filled(value, known)
    except MissingValueError as error:
        raise invalid(
            member, f"{error}; send it in params, or give it a default in params of the state"
        ) from error


def _valid(model: type[Model], member: str, value: Any) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        errors: dict[str, list[str]] = {}
        for one in error.errors():
            errors.setdefault(field_path((member, *one["loc"])), []).append(one["msg"])
        raise VALIDATION.with_errors(errors) from error
