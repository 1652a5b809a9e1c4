"""Canaries: what camrec uses of other libraries beyond what they document has not changed.

Each fails with the name of the library that an update has changed. The docstring of the function in
`camrec.compat`, or the comment in ``dashboard/static/compat``, says what to do then.
"""

from __future__ import annotations

import ast
import hashlib
import http.client
import http.server
import importlib
import inspect
import io
import pkgutil
import re
import socket
import ssl
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import camrec
from camrec import compat

ROOT = Path(__file__).parents[2]


def test_every_name_is_loaded_from_its_module():
    for name in compat.__all__:
        assert getattr(compat, name).__doc__, name
    assert sorted(compat.__all__) == sorted(compat._MODULES)


def test_every_compat_entry_names_its_library_reason_and_action():
    for name in compat.__all__:
        found = getattr(compat, name)
        if inspect.isclass(found) or inspect.isfunction(found):
            text = inspect.getdoc(found)
        else:
            text = inspect.getsource(sys.modules[f"camrec.compat.{compat._MODULES[name]}"])
        for word in ("Library: ", "Reason: ", "If it is gone: "):
            assert word in text, f"{name} does not say {word!r}"


# Python.


def test_cpython_still_has_the_hook_that_runs_before_threads_end():
    """An executor accepts work in this hook, which it does not in `atexit`."""
    code = (
        "import atexit, concurrent.futures as futures\n"
        "from camrec.compat import call_before_threads_end\n"
        "pool = futures.ThreadPoolExecutor()\n"
        "call_before_threads_end(lambda: print(pool.submit(str, 'ran').result()))\n"
    )
    assert hasattr(threading, "_register_atexit"), "CPython: threading._register_atexit is gone"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "ran\n", f"CPython: threading._register_atexit: {done.stderr}"


@pytest.mark.skipif(sys.platform != "win32", reason="Popen has a handle on Windows only")
def test_cpython_still_has_the_handle_of_a_child_on_windows():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        assert compat.process_handle(child) > 0, "CPython: Popen._handle"


@pytest.mark.parametrize("kind", [http.client.HTTPConnection, http.client.HTTPSConnection])
def test_cpython_still_connects_with_the_function_that_it_is_given(kind):
    """Also for TLS: the check of the address and the connection use the same function."""
    called = []

    def connect(where, *_):
        called.append(where)
        raise ConnectionRefusedError

    connection = kind("camera.invalid", 81)
    assert compat.connection_socket(connection) is None
    compat.set_connect_function(connection, connect)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
    assert called == [("camera.invalid", 81)], "CPython: HTTPConnection._create_connection"


def test_cpython_still_has_the_socket_of_a_connection():
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = socket.create_connection(server.getsockname())
    with here:
        connection = http.client.HTTPConnection("camera.invalid")
        compat.set_connect_function(connection, lambda *_: here)
        connection.connect()
        assert compat.connection_socket(connection) is here, "CPython: HTTPConnection.sock"


class OneSocket:
    """The parts of a socket that HTTPResponse uses."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self._sent))


def test_cpython_still_reads_the_status_line_by_a_method_that_a_subclass_replaces():
    class Odd(compat.ReplaceableStatusLineResponse):
        def read_status_line(self):
            self.fp.readline()
            return "HTTP/1.1", 207, "odd"

    response = Odd(OneSocket(b"ICY 200\r\nContent-Length: 2\r\n\r\nok"))
    response.begin()
    assert (response.status, response.reason) == (207, "odd"), "CPython: HTTPResponse._read_status"
    assert (response.length, response.chunked, response.will_close) == (2, False, False), (
        "CPython: the attributes of HTTPResponse"
    )
    assert response.read() == b"ok"
    response.close()


def test_cpython_still_sends_and_receives_by_one_method_each_in_tls():
    for method in ("sendall", "send", "recv", "recv_into", "read"):
        assert method in vars(ssl.SSLSocket), f"CPython: SSLSocket.{method}"
    calls = {"sendall": "self.send(", "recv": "self.read(", "recv_into": "self.read("}
    for method, call in calls.items():
        text = inspect.getsource(getattr(ssl.SSLSocket, method))
        assert call in text, f"CPython: SSLSocket.{method} does not call {call})"


# Tornado.


def test_tornado_still_has_the_streams_behind_its_handlers():
    from tornado import http1connection, iostream, websocket

    for found in (http1connection.HTTP1Connection, http1connection.HTTP1ServerConnection):
        assert "self.stream = stream" in inspect.getsource(found), f"Tornado: {found.__name__}"
    text = inspect.getsource(websocket.WebSocketHandler)
    assert "self.ws_connection = " in text, "Tornado: WebSocketHandler.ws_connection"
    text = inspect.getsource(websocket.WebSocketProtocol)
    assert "self.stream: IOStream" in text, "Tornado: WebSocketProtocol.stream"
    for name in ("is_closing", "accept_connection"):
        assert hasattr(websocket.WebSocketProtocol, name), f"Tornado: WebSocketProtocol.{name}"
    for name in ("write", "writing", "close"):
        assert hasattr(iostream.IOStream, name), f"Tornado: IOStream.{name}"


def test_tornado_still_passes_each_response_through_the_transforms():
    from tornado.httputil import HTTPHeaders
    from tornado.web import Application, OutputTransform

    made = []
    application = Application([])
    compat.add_response_transform(application, lambda request: made.append(request))
    assert len(application.transforms) == 1, "Tornado: Application.add_transform"
    headers = HTTPHeaders()
    transform = OutputTransform(None)
    assert transform.transform_first_chunk(200, headers, b"text", True) == (
        200,
        headers,
        b"text",
    ), "Tornado: OutputTransform.transform_first_chunk"


# filelock, param, WSDiscovery.


def test_filelock_still_fails_where_another_process_has_the_lock(tmp_path):
    from filelock import Timeout

    first = compat.create_kernel_lock(tmp_path / "lock")
    second = compat.create_kernel_lock(tmp_path / "lock")
    first.acquire(timeout=0)
    with pytest.raises(Timeout):
        second.acquire(timeout=0)
    releasing = threading.Thread(target=first.release)
    releasing.start()
    releasing.join()
    second.acquire(timeout=0)  # filelock: another thread released it
    second.release()


def test_param_still_asks_the_subclass_whether_a_value_is_valid():
    import param

    class Even(compat.CheckedList):
        def check_items(self, items):
            if any(each % 2 for each in items):
                raise ValueError(items)

    class Lower(compat.CheckedString):
        def check_text(self, text):
            if text != text.lower():
                raise ValueError(text)

    class Holder(param.Parameterized):
        numbers = Even(default=[])
        word = Lower(default="")

    holder = Holder(numbers=[2], word="a")
    for wrong in ("A", 1):
        with pytest.raises(ValueError):
            holder.word = wrong
    assert holder.word == "a", "param: Parameter._validate"
    for wrong in ([1], "text"):
        with pytest.raises(ValueError):
            holder.numbers = wrong
    assert holder.numbers == [2], "param: Parameter._validate"


def test_wsdiscovery_still_reports_each_address_of_the_machine():
    discovery = pytest.importorskip("wsdiscovery.discovery")
    for name in ("_networkAddressAdded", "_networkAddressRemoved", "addSourceAddr"):
        assert hasattr(discovery.ThreadedWSDiscovery, name), f"WSDiscovery: {name}"
    watched = inspect.getsource(importlib.import_module("wsdiscovery.threaded"))
    for name in ("_networkAddressAdded", "_networkAddressRemoved"):
        assert f"._wsd.{name}(" in watched or f"self.{name}(" in watched, f"WSDiscovery: {name}"


# Panel and Bokeh.


def test_panel_still_renders_a_view_for_a_notebook_without_a_comm():
    from panel.io.state import state
    from panel.pane import HTML

    before = set(state._views)
    pane = HTML("a text")
    text = compat.render_static_html(pane)
    assert "a text" in text, "Panel: render_model"
    assert "attempts > 2400" in text and "attempts > 200)" not in text, "Panel: doc_nb_js.js"
    assert set(state._views) == before, "Panel: state._views"
    assert not pane._models, "Panel: _cleanup"


def test_panel_still_inlines_the_style_sheets_of_a_view():
    from bokeh.document import Document
    from bokeh.models import ImportedStyleSheet, InlineStyleSheet
    from panel.pane import Alert

    with compat.stylesheets_inlined():
        root = Alert("text").get_root(Document())
    compat.inline_stylesheets(root)
    kinds = {type(each) for each in root.stylesheets if not isinstance(each, str)}
    assert ImportedStyleSheet not in kinds, "Panel: patch_inline_stylesheets"
    assert InlineStyleSheet in kinds or any(isinstance(each, str) for each in root.stylesheets)


def test_panel_still_knows_whether_its_extension_was_loaded():
    assert compat.is_extension_loaded() is False, "Panel: panel_extension._loaded"


def test_panel_still_publishes_its_extension_by_ipython(monkeypatch):
    pytest.importorskip("IPython")
    from panel.io import notebook

    text = inspect.getsource(notebook.load_notebook)
    assert "from IPython.display import publish_display_data" in text, "Panel: load_notebook"
    assert "application/javascript" in text, "Panel: load_notebook"


def test_bokeh_still_warns_of_a_known_reference_in_the_same_words():
    from bokeh.core import serialization

    assert "reference already known" in inspect.getsource(serialization), "Bokeh: serialization"


def javascript(package: str, *names: str) -> str:
    """The JavaScript that a package has installed."""
    folder = Path(importlib.import_module(package).__file__).parent
    return "".join(
        path.read_text("utf-8", "replace") for name in names for path in sorted(folder.glob(name))
    )


def test_panel_s_javascript_still_has_what_the_page_uses():
    text = javascript("panel", "dist/panel.js")
    assert "exports.Panel = " in text, "Panel: the global Bokeh.Panel"
    assert '"scroll-button"' in text, "Panel: the class of a Column's scroll button"
    assert re.search(r"if \(this\.bundle != null\) \{\s*return this\.esm;", text), "Panel: bundle"


def test_panel_still_finds_the_address_of_its_style_sheets_in_the_document():
    import panel as pn
    from bokeh.document import Document
    from bokeh.models import ImportedStyleSheet
    from bokeh.settings import settings

    document = Document()
    compat.use_own_server_only(document)
    settings.resources.unset_value()
    sheets = pn.Column().get_root(document).select({"type": ImportedStyleSheet})
    urls = [str(each.url) for each in sheets]
    assert urls, "Panel: a Column has no style sheet"
    assert all(url.startswith("static/extensions/panel/") for url in urls), "Panel: dist_url"


def test_panel_still_takes_a_component_s_script_for_a_finished_one_if_it_is_told_so():
    class Greeting(compat.PlainScriptComponent):
        _esm = "export function render() { return document.createElement('p') }"

    model = Greeting().get_root()
    assert model.bundle == hashlib.sha256(model.esm.encode()).hexdigest(), "Panel: _get_properties"


@pytest.mark.parametrize(
    "used",
    [
        "        _recompute_all_models() {",
        'event_name = "connection_lost"',
        "async function embed_item(",
        "exports.documents = ",
        "        clear(",
    ],
)
def test_bokehjs_still_has_what_the_page_uses(used):
    assert used in javascript("bokeh", "server/static/js/bokeh.js"), f"BokehJS: {used.strip()}"


@pytest.mark.parametrize("used", ["jupyter-config-data", "jpThemeLight"])
def test_jupyterlab_s_page_still_has_what_the_views_use(used):
    pytest.importorskip("jupyterlab")
    assert used in javascript("jupyterlab", "static/index.html", "static/*.js"), (
        f"JupyterLab: {used}"
    )


# Nothing else in the package does such things.

# Panel documents these for subclasses of JSComponent, IPython the last one.
DOCUMENTED = {"_esm", "_handle_msg", "_send_msg", "_stylesheets", "_repr_mimebundle_"}


def modules() -> list[ModuleType]:
    names = [each.name for each in pkgutil.walk_packages(camrec.__path__, "camrec.")]
    # The first runs the command line, the second starts a station.
    skipped = ("camrec.__main__", "camrec.web.plugin", "camrec.compat")
    names = [name for name in names if not name.startswith(skipped)]
    return [importlib.import_module(name) for name in names if can_be_imported(name)]


def can_be_imported(name: str) -> bool:
    """Whether this is the system that the module is for."""
    source = Path(find_spec(name).origin).read_text("utf-8")
    return sys.platform == "win32" or 'assert sys.platform == "win32"' not in source


def test_no_class_outside_compat_uses_private_names_of_its_library_s_base_class():
    """What ruff's SLF001 cannot see: ``self._name`` and overridden ``_name``."""
    found = []
    for module in modules():
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8"))):
            kind = getattr(module, node.name, None) if isinstance(node, ast.ClassDef) else None
            if not isinstance(kind, type):
                continue
            bases = [each for each in kind.__mro__ if not each.__module__.startswith("camrec")]
            used = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
            used |= {each.name for each in ast.walk(node) if isinstance(each, ast.FunctionDef)}
            private = {each for each in used if each.startswith("_") and not each.startswith("__")}
            for base in bases:
                reached = (private & set(vars(base))) - DOCUMENTED
                found += [
                    f"{module.__name__}.{node.name}: {base.__name__}.{each}" for each in reached
                ]
    assert not found
