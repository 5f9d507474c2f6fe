"""The server: the page's files, who may speak with it, and that each request is answered."""

from __future__ import annotations

import http.client
import json
import socket

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from page_clients import Page, framed

NO_TOKEN = "This page has no token, or an old one: open the address that chainrule play printed last."
BUG = (
    "This is a bug in chainrule, not in what you did ({}). "
    "The terminal that runs chainrule play says more; the page can be used on."
)


def not_ours(host):
    return f"'{host}' is no address of this page: open the one that chainrule play printed.\n"


def get(port, path="/", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def error(text, request=None):
    return {"id": request, "error": {"text": text, "field": None}}


# --- the page's files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/", "text/html", "<!doctype html><title>page</title>"),
        ("/page.js", "text/javascript", "export {}"),
        ("/health", "application/json", '{"page":"chainrule","ready":true}'),
    ],
)
def test_files_come_with_headers_that_keep_the_page_to_itself(shared, path, kind, body):
    answer, got = get(shared.port, path)
    assert (answer.status, got) == (200, body)
    assert answer.getheader("content-type").partition(";")[0] == kind
    rules = answer.getheader("content-security-policy").split("; ")
    assert rules[:3] == ["default-src 'none'", "script-src 'self'", "style-src 'self'"]
    assert f"connect-src 'self' ws://127.0.0.1:{shared.port}" in rules
    assert "frame-ancestors 'none'" in rules
    assert answer.getheader("x-content-type-options") == "nosniff"
    assert answer.getheader("referrer-policy") == "no-referrer"
    assert answer.getheader("cache-control") == "no-cache"
    assert answer.getheader("server") is None
    assert answer.getheader("access-control-allow-origin") is None


def test_nothing_but_the_files_is_there_and_none_of_them_can_be_changed(shared):
    assert get(shared.port, "/../conftest.py")[0].status == 404
    assert get(shared.port, "/%2e%2e/%2e%2e/etc/passwd")[0].status == 404
    assert get(shared.port, "/session")[0].status == 404
    assert get(shared.port, "/page.js", "POST")[0].status == 405


def test_an_unchanged_file_is_not_sent_twice(shared):
    tag = get(shared.port)[0].getheader("etag")
    answer, body = get(shared.port, **{"If-None-Match": tag})
    assert (answer.status, body) == (304, "")


# --- who may speak with it --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/health", "/session"])
@pytest.mark.parametrize(
    "host", ["example.org:{port}", "127.0.0.1.example.org:{port}", "127.0.0.1:1", "localhost"]
)
def test_a_foreign_host_is_refused(shared, path, host):
    host = host.format(port=shared.port)
    answer, body = get(shared.port, path, Host=host)
    assert (answer.status, body) == (403, not_ours(host))
    assert answer.getheader("content-type") == "text/plain; charset=utf-8"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "[::1]"])
def test_this_machine_has_several_names(shared, host):
    assert get(shared.port, Host=f"{host}:{shared.port}")[0].status == 200


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1:{port}", "127.0.0.1:{port}"], [""]])
def test_a_request_has_one_host(shared, hosts):
    lines = "".join(f"Host: {host.format(port=shared.port)}\r\n" for host in hosts)
    with socket.create_connection(("127.0.0.1", shared.port), timeout=20) as raw:
        raw.sendall(f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
        said = raw.makefile("rb").read()
    assert said.split()[1] in (b"400", b"403")
    assert b"doctype" not in said


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.org",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:1",
        "http://localhost:{port}",
        "null",
    ],
)
def test_a_page_of_another_site_is_refused(shared, origin):
    origin = origin.format(port=shared.port)
    with pytest.raises(InvalidStatus) as refused:
        Page(shared.url, origin=origin)
    assert refused.value.response.status_code == 403
    assert refused.value.response.body.decode() == f"a page of '{origin}' may not speak with this one.\n"


def test_a_name_that_points_here_is_refused_with_its_own_page(shared):
    """A site whose name is made to stand for this machine: its Host and Origin agree, and are not ours."""
    host = f"example.org:{shared.port}"
    here = socket.create_connection(("127.0.0.1", shared.port))
    with here, pytest.raises(InvalidStatus) as refused:
        Page(shared.url.replace("127.0.0.1", "example.org"), sock=here)
    assert refused.value.response.status_code == 403
    assert refused.value.response.body.decode() == not_ours(host)


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "%00"])
def test_without_the_token_nothing_is_answered(shared, token):
    with Page(shared.url, token=token) as page:
        assert page.first == {"status": "closed", "text": NO_TOKEN}
        with pytest.raises(ConnectionClosed) as ended:
            page.ask(id=1, do="view")
        assert ended.value.rcvd.code == 4401


def test_the_token_of_another_server_is_wrong(shared, served):
    other = served()
    token = other.url.partition("token=")[2]
    assert len(token) == 32
    with Page(shared.url, token=token) as page:
        assert page.first == {"status": "closed", "text": NO_TOKEN}


def test_a_program_without_a_browser_needs_the_token_alone(shared):
    with Page(shared.url, origin=None) as page:
        assert page.ask(id=1)["count"] == 1


# --- requests and answers ---------------------------------------------------------------------------------


def test_requests_are_answered_in_order(shared):
    with Page(shared.url) as page:
        assert page.first == {
            "status": "ready", "session": page.first["session"], "resumed": False, "most": 32 << 20,
        }  # fmt: skip
        page.send(framed({"id": 1, "do": "advance", "seconds": 0.1}))
        page.send(framed({"id": 2}))
        page.send(framed({"id": 3, "arrays": [{"name": "x", "dtype": "f4", "shape": [3]}]}, [bytes(12)]))
        assert page.answer() == {"id": 1, "count": 1, "got": []}
        assert page.answer() == {"id": 2, "count": 2, "got": []}
        assert page.answer() == {"id": 3, "count": 3, "got": [12]}


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (b"", "a frame begins with a length of 4 bytes, and this one has 0 in all."),
        ("a text", "a frame begins with a length of 4 bytes, and this one has 0 in all."),
        (b"\xff\xff\xff\xff{}", "a header of 4,294,967,295 bytes is too long: it has at most 1,048,576."),
        (b"\x10\0\0\0{}", "the header should have 16 bytes, and the frame ends before that."),
        (framed([1]), "the header is a JSON object, not list."),
        (
            framed({"arrays": [{"name": "x", "dtype": "f8", "shape": [10**9, 10**9]}]}),
            "the frame should have 8,000,000,000,000,000,088 bytes, as its header says; it has 88.",
        ),
    ],
)
def test_garbage_is_answered_and_the_page_goes_on(shared, frame, text):
    with Page(shared.url) as page:
        page.send(frame)
        assert page.answer() == error(f"That could not be read: {text}")
        assert page.ask(id=2)["count"] == 1


def test_what_is_larger_than_allowed_ends_that_page_alone(served):
    server = served(limits={"message_bytes": 10_000})
    with Page(server.url) as other, Page(server.url) as page:
        assert page.first["most"] == 10_000
        page.send(bytes(20_000))
        with pytest.raises(ConnectionClosed) as ended:
            page.answer()
        assert ended.value.rcvd.code == 1009
        assert other.ask(id=1)["count"] == 1
    assert server.end() == (130, "")


@pytest.mark.parametrize(
    ("do", "kind", "what"),
    [
        ("fail", "TypeError", "TypeError: two lines in served.py, line "),
        ("nan", "ValueError", "ValueError: Out of range float values are not JSON compliant"),
    ],
)
def test_a_bug_is_said_in_one_line_and_the_page_goes_on(served, do, kind, what):
    server = served()
    with Page(server.url) as page:
        assert page.ask(id=7, do=do) == error(BUG.format(kind), 7)
        assert page.ask(id=8)["count"] == 2
    code, said = server.end()
    assert code == 130
    assert said.startswith(f"a bug in chainrule, where the page asked for '{do}' ({what}")
    assert said.endswith(
        "). Please report it, with what is printed when the variable CHAINRULE_DEBUG=1 is set. "
        "The page can be used on.\n"
    )
    assert said.count("\n") == 1


def test_too_little_memory_is_said(shared):
    with Page(shared.url) as page:
        text = "There is not enough memory for this: take fewer samples or smaller layers."
        assert page.ask(id=1, do="memory") == error(text, 1)


def test_a_session_that_can_not_be_made_is_answered_like_a_bug(served):
    server = served(broken=True)
    with Page(server.url) as page:
        assert page.ask(id=1) == error(BUG.format("OSError"), 1)
    assert server.end()[1].startswith(
        "a bug in chainrule, where the page asked for 'None' (OSError: no such model in "
    )


def test_a_large_answer_comes_whole(shared):
    with Page(shared.url) as page:
        page.send(framed({"id": 1, "do": "large", "bytes": 20_000_003}))
        got = page.socket.recv(timeout=20)
        assert len(got) % 8 == 0
        assert len(json.loads(got[4 : 4 + int.from_bytes(got[:4], "little")])["arrays"]) == 1
        assert len(got) > 20_000_003
