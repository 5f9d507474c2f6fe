"""The schema of pages as JSON: every page fits it, and nothing that is missing or misspelled does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

import chainrule as cr
from chainrule.explain.explanation import Explanation
from chainrule.explain.why import Why
from pages import GROUPS, pages, steps

FOUR = [[0.5, 0.5], [1, -1], [-1, -0.5], [2, 1]]
SCHEMAS = {"explanation": Explanation.schema(), "why": Why.schema()}
CHECK = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def told(data: Any) -> Any:
    """Through JSON and back; long rows of numbers, which take their time, cut."""

    def cut(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: cut(value) for key, value in part.items()}
        return [cut(value) for value in part[:12]] if isinstance(part, list) else part

    return json.loads(json.dumps(cut(data), allow_nan=False))


def worked() -> cr.Trace:
    return cr.worked_example().trace(FOUR, [1, 0, 1, 0], cr.Adam(0.01))


def kinked() -> cr.Trace:
    net = cr.Network(
        [1, 1], output="identity", loss="mean_absolute_error", parameters={"W1": [[1.0]], "b1": [0.0]}
    )
    return net.trace([[1.0]], [[1.0]])


def saturated() -> cr.Trace:
    return cr.Network([1, 2], parameters={"W1": [[1000.0, -1000.0]]}).trace([[1.0]], [1])


WHYS: dict[str, Callable[[], Why]] = {
    "a gradient": lambda: worked().why("dW1[0, 1]"),
    "a loss, cut": lambda: worked().why("L", depth=1),
    "an input": lambda: worked().why("x[0, 0]"),
    "an update": lambda: worked().why("W1_new[0, 1]"),
    "put in": lambda: worked().what_if({"a1[0, 1]": 0}).why("dW1[0, 1]"),
    "a kink": lambda: kinked().why("da1[0, 0]"),
    "infinite": lambda: saturated().why("da1[0, 0]"),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.some(1)
@pytest.mark.parametrize("group", GROUPS)
def test_pages_of_every_part(group: str) -> None:
    for name, page in pages(group, 3 if group != "deep" else 1, (None, 3)):
        data = told(page.to_dict())
        errors = [
            f"{name}: {error.json_path}: {error.message}" for error in CHECK["explanation"].iter_errors(data)
        ]
        assert errors == []
        assert data["schema"] == SCHEMAS["explanation"]["$id"]


def test_other_pages() -> None:
    net = cr.worked_example()
    for page in (
        worked().explain("dW1"),
        worked().explain("x"),
        worked().explain("m"),
        net.trace(FOUR).explain(),
        net.trace(net.x, net.y).what_if({"a1[0, 1]": 0}).explain(),
        net.trace(net.x, net.y, "lbfgs").explain(),
    ):
        CHECK["explanation"].validate(told(page.to_dict()))


@pytest.mark.parametrize("name", WHYS)
def test_derivations(name: str) -> None:
    CHECK["why"].validate(told(WHYS[name]().to_dict()))


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """The objects whose fields the schema names; those in `given` are named by the network."""
    if isinstance(part, dict):
        yield part
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        if isinstance(value, dict | list):
            yield from objects(value) if key != "given" else (leaf for leaf in value.values())


def examples() -> list[tuple[str, Any]]:
    large = cr.Network([101, 101], seed=0).trace(np.ones((1, 101)), [1])
    return [
        ("explanation", told(worked().explain("dW1").to_dict())),
        ("explanation", told(large.explain("dW1").to_dict())),
        ("why", told(worked().why("dW1[0, 1]", depth=2).to_dict())),
    ]


OPTIONAL = {"kind", "note", "cut", "nudge", "formula", "numbers"}  # of a derivation


def test_a_field_that_is_missing_misspelled_or_new_is_refused() -> None:
    changed = 0
    for kind, page in examples():
        assert CHECK[kind].is_valid(page)
        for place, one in enumerate(objects(page)):
            for field in one:
                for how in ("missing", "misspelled", "new", "another type"):
                    if how == "missing" and kind == "why" and field in OPTIONAL and "parts" in one:
                        continue
                    wrong = copy.deepcopy(page)
                    at = list(objects(wrong))[place]
                    value = at[field] if how == "new" else at.pop(field)
                    if how == "another type":
                        at[field] = {"no": "such"}
                    elif how != "missing":
                        at[f"{field}_"] = value
                    assert not CHECK[kind].is_valid(wrong), (kind, field, how)
                    changed += 1
    assert changed > 200


def test_no_field_is_described_in_vain() -> None:
    told = [page for _, page in examples()] + [why().to_dict() for why in WHYS.values()]
    fields = {field for page in told for one in objects(page) for field in one}
    described = {
        field for part in SCHEMAS["why"]["$defs"].values() for field in part.get("properties", {})
    }  # fmt: skip
    assert described == fields


def test_the_file_serves_both() -> None:
    from importlib.resources import files

    whole = json.loads(files("chainrule.writers").joinpath("schema.json").read_text("utf-8"))
    check = Draft202012Validator(whole)
    assert all(check.is_valid(page) for _, page in examples())
    assert not check.is_valid({})


def test_what_is_given_is_whole_whatever_its_size() -> None:
    net = cr.Network(
        [101, 103, 3], seed=0, dtype="float32", scaling=cr.Standardize(np.ones(101), np.full(101, 0.3))
    )
    X = np.random.default_rng(0).normal(size=(107, 101))
    trace = net.trace(X, np.arange(107) % 3, cr.Adam(), sample_weight=np.linspace(1, 2, 107))
    given = json.loads(json.dumps(trace.explain().to_dict()))["given"]
    assert list(given) == list(trace.program.leaves)
    for name, leaf in given.items():
        assert leaf["kind"] == trace.program.leaves[name]
        assert np.array_equal(leaf["value"], trace[name]), name
    one = trace.explain("dW1").to_dict()["given"]
    assert set(one) == {name for name in given if np.ndim(trace[name]) == 0}
    assert np.array_equal(trace.explain("z1").to_dict()["given"]["W1"]["value"], trace["W1"])


@pytest.mark.some(2)
@pytest.mark.parametrize("group", [group for group in GROUPS if group != "large"])
def test_all_that_comes_from_outside_is_given(group: str) -> None:
    for name, trace in steps(group, 2):
        assert set(trace.explain().to_dict()["given"]) == set(trace.program.leaves), name
