"""REST sources against a local server: every paging style, every refusal, and never a secret in sight."""

import base64
import json
import logging
import time

import pytest

from orchestration.ingestion.model import Feed
from orchestration.ingestion.sources import SourceError, extract, http
from orchestration.settings import settings
from tests.ingestion.rest_server import Server

ALL = [{"id": i, "at": f"2024-05-01T{i:02}:00:00Z", "name": f"客户 {i}"} for i in range(1, 8)]
SECRET = "t0p:s3cret"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    one = Server()
    yield one
    one.close()


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were taken, without taking them."""
    taken: list[float] = []
    monkeypatch.setattr(http.Client.__init__, "__defaults__", (taken.append,))
    return taken


def feed(server: Server, **source) -> Feed:
    spec = {"type": "rest", "url": server.url, "requests_per_second": 1000, "page_size": 3, **source}
    return Feed(feed="crm", system="crm", source=spec, streams={"customers": {"map": {"customer_ref": "id"}}})


def run(a_feed: Feed, state: dict | None = None) -> tuple[list[dict] | None, dict, str | None]:
    """Records, the state to commit and the file's name; None when there was no news."""
    found = None, state or {}, None
    for one in extract(a_feed, settings(), state or {}):
        found = [json.loads(line) for line in one.path.read_text("utf-8").splitlines()], one.state, one.name
    return found


def by_page(_path, query, _headers):
    first = (int(query.get("page", 1)) - 1) * 3
    return 200, {}, {"data": {"items": ALL[first : first + 3]}}


def by_page_with_404_at_the_end(path, query, headers):
    answer = by_page(path, query, headers)
    return answer if answer[2]["data"]["items"] else (404, {}, {"detail": "Invalid page."})


def by_page_with_next(path, query, headers):
    status, _, body = by_page(path, query, headers)
    return status, {}, body | {"next": "more" if query["page"] != "3" else None}


def by_offset_capped_at_two(_path, query, _headers):
    first = int(query["offset"])
    return 200, {}, {"data": {"items": ALL[first : first + min(2, int(query["limit"]))]}}


def by_token(_path, query, _headers):
    first = int(query.get("after", "t0")[1:])
    token = f"t{first + 3}" if first + 3 < len(ALL) else ""
    return 200, {}, {"data": {"items": ALL[first : first + 3]}, "meta": {"next": token}}


def by_link_header(_path, query, _headers):
    page = int(query.get("p", 1))
    link = {"Link": f'</v1/customers?p={page + 1}&keep=1>; rel="next"'} if page < 3 else {}
    return 200, link, {"data": {"items": ALL[(page - 1) * 3 : page * 3]}}


def by_link_in_page(path, query, headers):
    status, link, body = by_link_header(path, query, headers)
    return status, {}, body | {"links": {"next": link["Link"][1:].split(">")[0]} if link else {}}


@pytest.mark.parametrize(
    ("respond", "paging", "requests"),
    [
        (lambda *_: (200, {}, {"data": {"items": ALL}}), {}, 1),
        (by_page, {"paging": "page"}, 4),
        (by_page_with_404_at_the_end, {"paging": "page"}, 4),
        (by_page_with_next, {"paging": "page", "next": "next"}, 3),
        (by_offset_capped_at_two, {"paging": "offset", "page_param": "offset", "size_param": "limit"}, 5),
        (by_token, {"paging": "cursor", "page_param": "after", "next": "meta.next"}, 3),
        (by_link_header, {"paging": "link"}, 3),
        (by_link_in_page, {"paging": "link", "next": "links.next"}, 3),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_paging_style_delivers_every_record_once(home, server, respond, paging, requests):
    server.respond = respond
    records, _, name = run(feed(server, records="data.items", **paging))
    assert records == ALL
    assert len(server.asked) == requests
    assert name == "crm.jsonl"


def test_numbers_arrive_digit_for_digit(home, server):
    body = (
        '[{"id": 9007199254740993123456, "price": 1.10, "tiny": 0.1000000000000000000001, "e": 1E2, "n": {"x": 2.50}}]'
    )
    server.respond = lambda *_: (200, {}, body.encode())
    (one,) = list(extract_lines(feed(server)))
    assert one == body[1:-1]


def extract_lines(a_feed):
    for one in extract(a_feed, settings(), {}):
        yield from one.path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("failure", [429, 500, 503, "broken", "slow"])
def test_a_passing_failure_is_tried_again(home, server, pauses, failure):
    def respond(path, query, headers):
        if query["page"] != "2" or len(server.asked) >= 4:
            return by_page(path, query, headers)
        if failure == "slow":
            time.sleep(0.5)
        if failure == "broken":
            return 200, {"Content-Length": "9999"}, b"{"
        return failure if isinstance(failure, int) else 200, {}, {}

    server.respond = respond
    records, _, _ = run(feed(server, records="data.items", paging="page", timeout_seconds=0.25))
    assert records == ALL
    assert [p for p in pauses if p >= 0.5] == [0.5, 1.0], "pauses double"


@pytest.mark.parametrize("asked", ["7", "date"])
def test_retry_after_is_honoured(home, server, pauses, asked):
    from email.utils import formatdate

    after = formatdate(time.time() + 8, usegmt=True) if asked == "date" else asked
    server.respond = lambda *_: (429, {"Retry-After": after}, {}) if len(server.asked) == 1 else (200, {}, ALL)
    assert run(feed(server))[0] == ALL
    assert any(6 <= pause <= 8 for pause in pauses)


def test_a_server_that_asks_for_hours_is_left_for_the_next_run(home, server, pauses):
    server.respond = lambda *_: (429, {"Retry-After": "7200"}, {})
    with pytest.raises(SourceError, match="7200 s"):
        run(feed(server))
    assert len(server.asked) == 1


def test_retries_end_and_say_so(home, server, pauses):
    server.respond = lambda *_: (503, {}, {})
    with pytest.raises(SourceError, match=r"feed crm: .*answered 503, 3 times in a row"):
        run(feed(server, retries=2))
    assert len(server.asked) == 3


def test_requests_keep_the_pace(home, server):
    server.respond = by_page
    started = time.monotonic()
    run(feed(server, records="data.items", paging="page", requests_per_second=10))
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(
    ("auth", "header", "expected"),
    [
        ({"auth": "bearer"}, "Authorization", f"Bearer {SECRET}"),
        ({"auth": "basic"}, "Authorization", "Basic " + base64.b64encode(SECRET.encode()).decode()),
        ({"auth": "header", "auth_header": "X-Key"}, "X-Key", SECRET),
    ],
)
def test_the_secret_is_sent_as_the_feed_says_and_shown_nowhere(home, server, caplog, capfd, auth, header, expected):
    caplog.set_level(logging.DEBUG)
    server.respond = lambda p, q, h: (200, {}, ALL) if h.get(header) == expected else (401, {}, {"you sent": expected})
    _, state, _ = run(feed(server, auth_env="SHOP_TOKEN", **auth))
    with pytest.raises(SourceError, match=r"401: .*check auth and auth_env") as error:
        run(feed(server, **auth, auth_env="PATH"))
    seen = caplog.text + "".join(capfd.readouterr()) + str(error.value) + json.dumps(state)
    assert not any(part in seen for part in (SECRET, "s3cret", expected))
    assert not any(b"s3cret" in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_a_netrc_file_of_the_user_is_not_used(home, server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen = []
    server.respond = lambda p, q, headers: seen.append(headers.get("Authorization")) or (200, {}, ALL)
    run(feed(server))
    run(feed(server, auth="bearer", auth_env="SHOP_TOKEN"))
    assert seen == [None, f"Bearer {SECRET}"]


@pytest.mark.parametrize(
    ("answer", "source", "hint"),
    [
        ((404, {}, {}), {"paging": "page"}, "404: there is nothing at this address; check url"),
        ((403, {}, {}), {}, "403: the secret is known but may not read this"),
        ((418, {}, {}), {}, "418: check url and params"),
        ((200, {}, b"<html>Please log in"), {}, "not JSON .*begins with '<html>Please log in'"),
        ((200, {}, {"items": ALL}), {}, r"no list of records at '\$'; the answer is an object with items"),
        ((200, {}, {"items": ALL}), {"records": "data"}, "no list of records at 'data'"),
        ((200, {}, {"items": {"a": 1}}), {"records": "items"}, "no list of records at 'items'"),
        ((200, {}, [1, 2]), {}, "holds values, not objects"),
        ((200, {}, ALL), {"paging": "page"}, "the same records come again at page=2"),
        ((200, {}, {"r": ALL, "n": "x"}), {"paging": "cursor", "records": "r", "next": "n"}, "'x' was read before"),
        ((200, {}, {"r": ALL}), {"paging": "cursor", "records": "r"}, "needs next"),
        (
            (200, {}, {"r": ALL, "n": "http://127.0.0.2:9"}),
            {"paging": "link", "records": "r", "next": "n"},
            "another server",
        ),
        ((302, {"Location": "http://127.0.0.2:9/"}, {}), {}, "sends us on to http://127.0.0.2:9/"),
        (
            (200, {}, ALL),
            {"cursor": "changed", "cursor_param": "since"},
            "cursor field changed; they have at, id, name",
        ),
        ((200, {}, ALL), {"cursor": "at"}, "cursor and cursor_param belong together"),
        ((200, {}, ALL), {"auth": "bearer"}, "auth_env"),
        ((200, {}, ALL), {"auth": "bearer", "auth_env": "NOT_SET"}, "NOT_SET, which is not set"),
        ((200, {}, ALL), {"auth": "basic", "auth_env": "HOME"}, "user:password"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(home, server, pauses, answer, source, hint):
    server.respond = lambda *_: answer
    with pytest.raises(SourceError, match=hint) as error:
        run(feed(server, **source))
    assert str(error.value).startswith("feed crm: ")


def test_no_server_at_all_is_named(home, server, pauses):
    server.close()
    with pytest.raises(SourceError, match="no connection or a broken one, 6 times in a row"):
        run(feed(server))


INCREMENTAL = {"cursor": "at", "cursor_param": "since", "overlap": "90m"}


def test_late_records_within_the_overlap_are_not_lost(home, server):
    records = list(ALL)
    server.respond = lambda p, q, h: (200, {}, [r for r in records if r["at"] >= q.get("since", "")])
    _, state, first = run(feed(server, **INCREMENTAL))
    assert run(feed(server, **INCREMENTAL), state) == (None, state, None), "a window without news delivers nothing"
    assert server.asked[-1]["since"] == "2024-05-01T05:30:00Z"
    records.insert(0, {"id": 8, "at": "2024-05-01T05:45:00Z", "name": "late"})
    got, state, second = run(feed(server, **INCREMENTAL), state)
    assert [r["id"] for r in got] == [8, 6, 7]
    records.append({"id": 9, "at": "2024-05-01T07:00:00Z", "name": "tie"})
    got, state, third = run(feed(server, **INCREMENTAL), state)
    assert [r["id"] for r in got] == [8, 6, 7, 9]
    assert first != second == third
    assert run(feed(server, **INCREMENTAL), state)[0] is None


def test_another_order_of_the_same_records_is_no_news(home, server):
    server.respond = lambda *_: (200, {}, ALL)
    _, state, _ = run(feed(server))
    server.respond = lambda *_: (200, {}, ALL[::-1])
    assert run(feed(server), state)[0] is None
    server.respond = lambda *_: (200, {}, [*ALL, ALL[0]])
    assert len(run(feed(server), state)[0]) == 8, "a record more is news, even an equal one"


def test_a_numeric_cursor_compares_as_a_number(home, server):
    records = [{"id": 9}, {"id": 10}, {"id": 2}]
    server.respond = lambda p, q, h: (200, {}, [r for r in records if r["id"] >= int(q.get("since", 0))])
    source = {"cursor": "id", "cursor_param": "since", "overlap": "1"}
    _, state, _ = run(feed(server, **source))
    records.append({"id": 11})
    assert run(feed(server, **source), state)[0] == [{"id": 9}, {"id": 10}, {"id": 11}]


def test_other_parameters_start_from_the_beginning(home, server):
    server.respond = lambda *_: (200, {}, ALL)
    _, state, _ = run(feed(server, **INCREMENTAL))
    run(feed(server, params={"kind": "all"}, **INCREMENTAL), state)
    assert "since" not in server.asked[-1]


def test_an_empty_resource_delivers_nothing(home, server):
    server.respond = lambda *_: (200, {}, {"items": None})
    assert run(feed(server, records="items"))[0] is None
