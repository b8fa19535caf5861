"""What can't be written is put aside while the rest goes on; what isn't known is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.errors import KnownError
from app.core.ids import new_id
from app.models.base import canonical
from app.models.records import Child, FormRecord, Hearing, Offence, Outcome
from app.sync import apply, refusals, state
from app.sync import page as pages
from app.sync.protocol import Pulled, RecordChange, StreamState
from app.sync.stops import Stopped
from app.sync.wire import BadAnswer
from tests.sync.conftest import Laptop

EPOCH = "0198c0de-0000-7000-8000-0000000000e0"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def upsert(stream: str, seq: int, type_: str, id_: str, **fields: Any) -> RecordChange:
    if type_ != "child":
        fields.setdefault("child_id", stream)
    return RecordChange(
        stream=stream,
        seq=seq,
        op="upsert",
        type=type_,
        id=id_,
        child_id=stream,
        rev=seq,
        fields={"given_name": "Tal"} | fields if type_ == "child" else fields,
        made_at=NOW,
    )


def page(*changes: RecordChange, **more: Any) -> Pulled:
    heads: dict[str, int] = {}
    for change in changes:
        heads[change.stream] = max(change.seq, heads.get(change.stream, 0))
    states = tuple(
        StreamState(stream=stream, head=head, next=head, more=False)
        for stream, head in heads.items()
    )
    return Pulled(epoch=EPOCH, server_time=NOW, changes=changes, streams=states, **more)


Arrive = Callable[..., apply.Applied]


@pytest.fixture
def arrive(ash: Laptop) -> Arrive:
    """Lets a page come down."""

    def arrives(*changes: RecordChange, **more: Any) -> apply.Applied:
        arrival = apply.Arrival(
            ash.casebook.service_id, ash.central.address, ash.casebook.clock, {}
        )
        with ash.casebook.exchange() as (connection, log):
            return apply.apply_page(connection, log, page(*changes, **more), arrival)

    return arrives


def aside(laptop: Laptop) -> dict[str, str]:
    return dict(laptop.rows("SELECT record_id, why FROM sync_quarantine"))


def test_rows_of_a_page_come_in_any_order(ash: Laptop, arrive: Arrive) -> None:
    child, hearing, outcome = new_id(), new_id(), new_id()
    arrive(
        upsert(child, 1, "outcome", outcome, hearing_id=hearing),
        upsert(child, 2, "hearing", hearing),
        upsert(child, 3, "child", child),
    )
    assert aside(ash) == {}
    assert ash.get(Outcome, outcome).hearing_id == hearing


def test_a_record_waits_for_the_one_that_it_refers_to(ash: Laptop, arrive: Arrive) -> None:
    child, hearing, outcome = new_id(), new_id(), new_id()
    arrive(
        upsert(child, 1, "outcome", outcome, hearing_id=hearing),
        upsert(child, 2, "hearing", hearing),
    )
    assert aside(ash) == {outcome: "waits_for", hearing: "waits_for"}
    arrive(upsert(child, 3, "child", child))
    assert aside(ash) == {}
    assert ash.get(Hearing, hearing).child_id == child
    assert ash.get(Outcome, outcome).base_revision == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"offence_date": "yesterday"},
        {"knife": "yes"},
        {"seriousness": 2**70},
        {"seriousness": True},
        {"description": ["a", "list"]},
        {"child_id": "0198c0de-0000-7000-8000-0000000000ff"},
        {"deep": {"a": [[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]}},
        {"n" * 500: "too long a name"},
    ],
    ids=["date", "flag", "number", "flag for number", "list", "child", "depth", "name"],
)
def test_one_bad_record_is_put_aside_and_the_rest_flows(
    ash: Laptop, arrive: Arrive, bad: dict[str, Any]
) -> None:
    child, good, wrong = new_id(), new_id(), new_id()
    applied = arrive(
        upsert(child, 1, "child", child),
        upsert(child, 2, "offence", wrong, **bad),
        upsert(child, 3, "offence", good, description="Took a bicycle"),
    )
    assert applied.aside == 1
    assert aside(ash) == {wrong: "unreadable"}
    assert ash.get(Offence, good).description == "Took a bicycle"
    (item,) = ash.view().items
    assert (item.kind, item.id, item.reason) == ("aside", wrong, "unreadable")
    assert ash.view().word == "needs_you"
    kept = state.aside(ash.casebook, wrong)
    assert kept is not None
    assert kept["id"] == wrong
    assert refusals.retry_aside(ash.casebook, wrong) is False
    arrive(upsert(child, 4, "offence", wrong, description="Mended"))
    assert aside(ash) == {}
    assert ash.get(Offence, wrong).description == "Mended"
    assert ash.casebook.verify().ok


def test_what_never_changes_is_not_changed_by_a_server(ash: Laptop, arrive: Arrive) -> None:
    child, form = new_id(), new_id()
    said = {"form_id": "made_up", "form_version": 1, "state": "submitted"}
    arrive(
        upsert(child, 1, "child", child),
        upsert(child, 2, "form_record", form, **said, **{"answers.home": {"value": "a"}}),
    )
    applied = arrive(
        upsert(child, 3, "child", child, school="Harbour"),
        upsert(child, 4, "form_record", form, **said, **{"answers.home": {"value": "b"}}),
    )
    assert applied.aside == 1
    assert aside(ash) == {form: "locked"}
    assert ash.get(FormRecord, form).answers == {"home": {"value": "a"}}
    assert ash.get(Child, child).school == "Harbour"


def test_what_a_newer_program_keeps_stays_untouched(ash: Laptop, arrive: Arrive) -> None:
    child, other = new_id(), new_id()
    later = {"given_name": "Tal", "star_sign": {"value": "leo"}}
    arrive(
        upsert(child, 1, "child", child, **later),
        upsert(child, 2, "safety_plan", other, text="unknown here"),
    )
    rows = ash.rows("SELECT record_id, whole, fields FROM sync_extra ORDER BY whole")
    assert rows == [
        (child, 0, canonical({"star_sign": {"value": "leo"}})),
        (other, 1, canonical({"text": "unknown here", "child_id": child})),
    ]
    ash.change(Child, child, school="Harbour")
    assert len(ash.rows("SELECT 1 FROM sync_extra")) == 2
    ash.casebook.erase_child(child, "recorded_in_error")
    assert ash.rows("SELECT 1 FROM sync_extra") == []


def test_erasure_takes_everything_of_the_child(ash: Laptop, arrive: Arrive) -> None:
    child, wrong = new_id(), new_id()
    arrive(
        upsert(child, 1, "child", child, given_name="Canary", star_sign="canary"),
        upsert(child, 2, "offence", wrong, description=["canary"]),
    )
    assert "canary" in everything(ash)
    erased = RecordChange(
        stream=child, seq=3, op="erase", type="child", id=child, child_id=child, rev=3
    )
    assert arrive(erased).taken_away == 1
    assert "canary" not in everything(ash)
    kinds = ash.rows("SELECT kind, device_seq FROM change WHERE record_id = ?", child)
    assert kinds[-1] == ("erase", None), "it was done elsewhere and is never sent"
    assert ash.casebook.verify().ok


def everything(laptop: Laptop) -> str:
    """Every value of every table, in lower case."""
    tables = [
        name
        for (name,) in laptop.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith("search_index") or name == "search_index_data"
    ]
    return " ".join(repr(laptop.rows(f'SELECT * FROM "{name}"')).lower() for name in tables)


# -- pages that no honest server sends ------------------------------------------------------------


def test_a_page_that_is_repeated_or_out_of_order_is_refused_whole() -> None:
    child = new_id()
    one, two = upsert(child, 1, "child", child), upsert(child, 2, "offence", new_id())
    pages.check(page(one, two), {child: 0}, EPOCH)
    refused = [
        (page(one, two), {child: 1}),
        (page(two, one), {child: 0}),
        (page(one), {}),
        (page(one).model_copy(update={"streams": ()}), {child: 0}),
        (page(upsert(child, 1, "child", "../../etc")), {child: 0}),
        (page(one, upsert(child, 2, "child", child)), {child: 0}),
    ]
    for answer, asked in refused:
        with pytest.raises(BadAnswer):
            pages.check(answer, asked, EPOCH)


def test_a_head_that_went_back_stops_and_asks() -> None:
    child = new_id()
    with pytest.raises(Stopped) as stopped:
        pages.check(page(upsert(child, 1, "child", child)), {child: 7}, EPOCH)
    assert stopped.value.kind == "went_back"
    with pytest.raises(Stopped) as stopped:
        pages.check(page(), {}, new_id())
    assert stopped.value.kind == "epoch_changed"
    assert isinstance(stopped.value, KnownError)
