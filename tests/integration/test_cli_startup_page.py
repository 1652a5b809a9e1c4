"""What JupyterLab shows until camrec is ready: never a white page."""

from __future__ import annotations

import http.client
import socket
import stat
from pathlib import Path

import pytest
from playwright.sync_api import expect

from camrec.cli import startup_page
from camrec.cli.startup_page import STARTING_HEADER, starting_page
from support.serving import Serving


class OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket, as jupyter-server-proxy speaks it."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(str(self._path))


def ask(path: Path, language: str) -> http.client.HTTPResponse:
    line = OverSocket(path)
    try:
        line.request("GET", "/", headers={"Accept-Language": language})
        answer = line.getresponse()
        answer.text = answer.read().decode()
        return answer
    finally:
        line.close()


def test_the_socket_answers_at_once_in_the_reader_s_language(tmp_path):
    path = tmp_path / "socket"
    with starting_page(str(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        english, french = ask(path, "en-GB"), ask(path, "fr-FR,fr;q=0.9")
    assert english.status == 200 and english.headers[STARTING_HEADER] == "1"
    assert "camrec is starting." in english.text and 'lang="en"' in english.text
    assert "camrec démarre." in french.text
    with pytest.raises(OSError):
        ask(path, "en")


def test_the_startup_page_answers_despite_a_silent_client_and_an_existing_socket_file(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(startup_page, "STARTING_REQUEST_TIMEOUT_S", 0.2)
    path = tmp_path / "socket"
    with starting_page(str(path)):
        silent = socket.socket(socket.AF_UNIX)
        silent.connect(str(path))
        assert ask(path, "en").status == 200
        silent.close()
        with starting_page(str(path)):  # the path stays with the process that has it
            assert ask(path, "en").status == 200


@pytest.mark.browser
def test_the_page_gives_way_to_camrec_and_says_when_it_does_not_come(open_page, monkeypatch):
    monkeypatch.setattr(startup_page, "MAX_FAILED_POLLS", 2)
    with Serving(lambda: "camrec is here") as served:
        tab = open_page("about:blank", known="Failed to load resource")
        page, answers = tab.page, []

        def answer(route) -> None:
            """The responses: starting, starting, an error for a while, and then the real page."""
            answers.append(route.request.url)
            if len(answers) in (4, 5):
                route.fulfill(status=500, body="")
            elif len(answers) <= 8:
                body = startup_page.render_page("en")
                route.fulfill(
                    status=200, body=body, headers={STARTING_HEADER: "1"}, content_type="text/html"
                )
            else:
                route.continue_()

        page.route(served.url, answer)
        page.goto(served.url)
        expect(page.get_by_role("status")).to_contain_text("camrec is starting.")
        expect(page.get_by_role("status")).to_contain_text("did not start", timeout=15_000)
        expect(page.get_by_text("camrec is here")).to_be_visible(timeout=20_000)
        tab.close()
