"""How the server begins and ends: its port, Ctrl-C, and who can reach it."""

from __future__ import annotations

import re
import signal
import socket
import time

import pytest

from chainrule.errors import FileError, InputError, MissingPackage
from chainrule.page import server as module
from chainrule.page.guard import refused
from chainrule.page.listening import LOOPBACK, PORT, TRIED, ServerAddress, listen
from page_clients import Page, framed


def run(**options):
    given = {"started": lambda address: None, "report": lambda line: None, **options}
    module.serve(lambda: None, **given)


# --- the end ----------------------------------------------------------------------------------------------


def test_ctrl_c_ends_it_at_once_and_in_silence(served):
    server = served()
    with Page(server.url) as page:
        page.ask(id=1)
        started = time.monotonic()
        assert server.end() == (130, "")
        assert time.monotonic() - started < 60


def test_ctrl_c_ends_it_in_the_midst_of_a_long_computation(served):
    server = served()
    with Page(server.url) as one, Page(server.url) as other:
        one.send(framed({"id": 1, "do": "advance", "seconds": 600}))
        other.send(framed({"id": 1, "do": "spin", "seconds": 600}))
        other.send(framed({"id": 2, "do": "spin", "seconds": 600}))
        started = time.monotonic()
        assert server.end() == (130, "")
        assert time.monotonic() - started < 60


def test_ctrl_c_twice_is_no_worse_than_once(served):
    server = served()
    with Page(server.url) as page:
        page.send(framed({"id": 1, "do": "advance", "seconds": 600}))
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        assert server.end() == (130, "")


def test_a_page_learns_that_the_server_ends(served):
    server = served()
    with Page(server.url) as page:
        page.ask(id=1)
        server.process.send_signal(signal.SIGINT)
        with pytest.raises(Exception, match="1012"):
            page.answer()
    assert server.end() == (130, "")


def test_the_same_port_is_free_again_at_once(served):
    server = served()
    port = server.port
    with Page(server.url) as page:
        page.ask(id=1)
        assert server.end() == (130, "")
    again = served(port=port)
    with Page(again.url) as page:
        assert page.ask(id=1)["count"] == 1


# --- the port ---------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_refused_where_it_was_asked_for():
    with listen(port=0) as taken, pytest.raises(InputError) as error:
        listen(port=taken.getsockname()[1])
    assert re.sub(r"\d+", "N", str(error.value)) == (
        "port N is taken by another program: give another one, or leave --port out, and the next free one is taken."
    )


def test_else_the_next_free_one_is_taken(monkeypatch):
    with listen(port=0) as taken:
        at = taken.getsockname()[1]
        monkeypatch.setattr("chainrule.page.listening.PORT", at)
        with listen() as other:
            assert at < other.getsockname()[1] < at + TRIED


def test_where_all_are_taken_it_says_so(monkeypatch):
    with listen(port=0) as taken:
        at = taken.getsockname()[1]
        monkeypatch.setattr("chainrule.page.listening.PORT", at)
        monkeypatch.setattr("chainrule.page.listening.TRIED", 1)
        with pytest.raises(InputError) as error:
            listen()
    assert str(error.value) == f"the ports from {at} to {at} are all taken: give another one by --port."


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [
        (LOOPBACK, 65536, "port 65536 is out of range: ports go up to 65535; 0 stands for any free one."),
        (
            "no.such.host.invalid", 0,
            "there is no host 'no.such.host.invalid': give an address of this machine, or leave it out.",
        ),
        ("192.0.2.1", 0, "192.0.2.1 is no address of this machine: give one that is, or leave it out."),
        ("", 0, "there is no host '': give an address of this machine, or leave it out."),
    ],
)  # fmt: skip
def test_an_address_that_can_not_be_had_is_said(host, port, message):
    with pytest.raises(InputError) as error:
        listen(host, port)
    assert str(error.value) == message


def test_only_this_machine_can_reach_it_unless_told_otherwise(shared):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.connect(("192.0.2.1", 9))  # nothing is sent: it tells which address would be used
        except OSError:
            pytest.skip("this machine has no other address")
        own = out.getsockname()[0]
    with listen() as here:
        assert here.getsockname()[0] == "127.0.0.1"
    with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
        socket.create_connection((own, shared.port), timeout=5)


def test_no_connection_waits_before_it_sends():
    with listen(port=0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


# --- its address ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "url", "private"),
    [
        ("127.0.0.1", "http://127.0.0.1:8127/#token=t", True),
        ("localhost", "http://localhost:8127/#token=t", True),
        ("::1", "http://[::1]:8127/#token=t", True),
        ("0.0.0.0", "http://127.0.0.1:8127/#token=t", False),
        ("::", "http://[::1]:8127/#token=t", False),
        ("192.168.1.5", "http://192.168.1.5:8127/#token=t", False),
        ("lab", "http://lab:8127/#token=t", False),
    ],
)
def test_the_address_to_open(host, url, private):
    address = ServerAddress(host, PORT, "t")
    assert (address.url, address.is_private) == (url, private)


@pytest.mark.parametrize(
    ("bound", "host", "allowed"),
    [
        ("0.0.0.0", "192.168.1.5:8127", True),
        ("0.0.0.0", "[2001:db8::1]:8127", True),
        ("0.0.0.0", "127.0.0.1:8127", True),
        ("0.0.0.0", f"{socket.gethostname()}:8127", True),
        ("0.0.0.0", "example.org:8127", False),  # a name may be made to stand for any address
        ("0.0.0.0", "192.168.1.5:80", False),
        ("192.168.1.5", "192.168.1.5:8127", True),
        ("192.168.1.5", "192.168.1.6:8127", False),
        ("192.168.1.5", "localhost:8127", False),
        ("lab", "LAB:8127", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1:8127:8127", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", ":8127", False),
        ("127.0.0.1", "user@127.0.0.1:8127", False),
    ],
)
def test_which_hosts_are_the_servers_own(bound, host, allowed):
    assert (refused(host, [], bound, 8127) == "") is allowed


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_a_browser_leaves_port_80_out(host):
    assert refused(host, [f"http://{host}"], "127.0.0.1", 80) == ""
    assert refused(f"{host}:80", [], "127.0.0.1", 80) == ""


# --- what it needs ----------------------------------------------------------------------------------------


def test_without_the_pages_files_it_does_not_start(tmp_path):
    with pytest.raises(FileError) as error:
        run(static=tmp_path)
    assert str(error.value) == (
        f"the page's files are missing: there is no {tmp_path / 'index.html'}. Install chainrule anew."
    )


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "websockets"])
def test_without_its_packages_it_says_what_to_install(monkeypatch, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingPackage) as error:
        run()
    assert str(error.value) == (
        'chainrule play needs the package "chainrule[page]". Install it with: pip install "chainrule[page]"'
    )
