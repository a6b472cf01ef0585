"""Tools of real MCP servers: a program over stdio, and one over HTTP on loopback."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lwe.config.config import Config
from lwe.domain import ToolCall, ToolResult
from lwe.errors import NotFound, ToolError
from lwe.tools.toolbox import Toolbox

SERVER = str(Path(__file__).parent / "mcp_server.py")
PROGRAM = {"command": sys.executable, "args": [SERVER]}


@pytest.fixture
def serve(config: Config) -> Callable[..., None]:
    """Name a server in the configuration."""

    def configure(name: str = "probe", **settings: Any) -> None:
        config.set(["mcp", "servers", name], settings or PROGRAM)

    return configure


def run(toolbox: Toolbox, name: str, **args: object) -> ToolResult:
    return toolbox.run(ToolCall(name, args, "c1"))


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_servers_tools_are_named_described_and_run(
    config: Config, toolbox: Toolbox, serve: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "s3cret")
    serve(**PROGRAM, env={"TOKEN": "<$SECRET>"}, cwd="~")
    specs = {spec.name: spec for spec in toolbox.bound({"tools": ["mcp:probe", "probe__*"]})}
    assert list(specs)[:3] == ["probe__add", "probe__say", "probe__home_of"]
    assert specs["probe__add"].description == "Add two numbers."
    assert specs["probe__add"].parameters["required"] == ["a"]
    assert "$ref" not in str(specs["probe__home_of"].parameters)
    assert run(toolbox, "probe__add", a=2) == ToolResult("probe__add", {"result": 3}, "c1")
    assert run(toolbox, "probe__say", text="ho").value == "ho"
    home = run(toolbox, "probe__home_of", street={"name": "High"}).value
    assert home == {"street": "High", "token": "<s3cret>", "folder": str(Path.home())}


def test_what_goes_wrong_in_a_tool_is_a_failed_result(
    toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve()
    failed = run(toolbox, "probe__fail")
    assert failed.failed and "no more tea" in failed.value["error"]
    wrong = run(toolbox, "probe__add", a="x")
    assert wrong.failed and "valid integer" in wrong.value["error"]
    gone = run(toolbox, "probe__gone")
    assert gone.failed and gone.value["error"].startswith("Tool 'probe__gone' not found.")
    assert [spec.name for spec in toolbox.existing(["probe__gone", "probe__add", "no__add"])] == [
        "probe__add"
    ]


def test_a_server_that_dies_is_a_sentence_and_is_started_again(
    toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve()
    first = run(toolbox, "probe__process").value["result"]
    died = run(toolbox, "probe__die")
    assert died.failed
    assert died.value["error"].startswith("The MCP server 'probe' could not answer: ")
    assert "out of memory" in died.value["error"]
    second = run(toolbox, "probe__process").value["result"]
    assert first != second and not runs(first)


def test_a_server_that_hangs_is_a_sentence_and_is_gone_after_closing(
    config: Config, toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve()
    process = run(toolbox, "probe__process").value["result"]
    config.set("mcp.timeout", 0.05)
    serve(name="slow", command=sys.executable, args=["-c", "input(); input()"])
    for _ in range(2):  # The second time it is said at once.
        with pytest.raises(ToolError, match=r"'slow' did not start within 0\.05 s"):
            toolbox.specs(["mcp:slow"])
    toolbox.close()
    assert not runs(process)


def until_gone(process: int) -> None:
    for _ in range(500):
        if not runs(process):
            return
        time.sleep(0.01)
    raise AssertionError(f"{process} still runs.")


@pytest.fixture
def beside(tmp_path: Path) -> tuple[dict[str, object], Callable[[], int]]:
    """Start the server with a program beside it; returns the settings, and who tells its number."""
    file = tmp_path / "beside"
    script = f'sleep 3600 >/dev/null 2>&1 & echo $! > {file}; exec "$0" "$1"'
    settings = {"command": "sh", "args": ["-c", script, sys.executable, SERVER]}
    return settings, lambda: int(file.read_text())


def test_what_a_server_has_started_ends_with_it(
    toolbox: Toolbox,
    serve: Callable[..., None],
    beside: tuple[dict[str, object], Callable[[], int]],
) -> None:
    serve(**beside[0])
    assert not run(toolbox, "probe__add", a=1).failed
    assert runs(beside[1]())
    toolbox.close()
    until_gone(beside[1]())


def test_what_a_server_has_started_ends_when_the_server_dies(
    toolbox: Toolbox,
    serve: Callable[..., None],
    beside: tuple[dict[str, object], Callable[[], int]],
) -> None:
    serve(**beside[0])
    assert run(toolbox, "probe__die").failed
    until_gone(beside[1]())


def test_a_server_that_will_not_end_is_killed_before_somebody_who_quits_is_tired(
    toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve(**PROGRAM, env={"STUBBORN": "1"})
    process = run(toolbox, "probe__process").value["result"]
    toolbox.close()
    assert not runs(process)


def test_who_closes_again_insists(toolbox: Toolbox, serve: Callable[..., None]) -> None:
    serve(**PROGRAM, env={"STUBBORN": "1"})
    process = run(toolbox, "probe__process").value["result"]
    closing = threading.Thread(target=toolbox.close)
    closing.start()
    while closing.is_alive():
        toolbox.close()
        closing.join(0.01)
    assert not runs(process)


def test_a_call_without_an_answer_ends(
    config: Config, toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve()
    toolbox.specs(["mcp:probe"])
    config.set("mcp.timeout", 0.1)
    hung = run(toolbox, "probe__hang")
    assert hung.failed
    assert hung.value["error"].startswith("The MCP server 'probe' did not answer within 0.1 s.")


def test_changed_settings_start_another_server(
    toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    serve()
    first = run(toolbox, "probe__process").value["result"]
    serve(**PROGRAM, env={"TOKEN": "x"})
    assert run(toolbox, "probe__process").value["result"] != first
    assert not runs(first)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"command": "no-such-program"}, "'bad' could not be started: .*no-such-program"),
        ({"command": sys.executable, "args": ["-c", "1/0"]}, "ZeroDivisionError"),
        ({"url": "http://127.0.0.1:9/mcp"}, "'bad' could not be started: "),
        ({"args": []}, "needs either 'command' or 'url'"),
        ({"command": "x", "url": "y"}, "needs either 'command' or 'url'"),
        ({"command": "x", "args": "y"}, "args has to be a list"),
        ({"command": "x", "env": ["y"]}, "env has to be a mapping"),
        ({"command": "x", "env": {"Y": "${NOT_SET}"}}, r"env uses \$NOT_SET, which is not set"),
    ],
)
def test_a_server_that_cannot_be_started_tells_why(
    toolbox: Toolbox, serve: Callable[..., None], settings: dict[str, Any], sentence: str
) -> None:
    serve(name="bad", **settings)
    with pytest.raises(ToolError, match=sentence):
        toolbox.specs(["mcp:bad"])


def test_an_unknown_server_is_not_found(toolbox: Toolbox, serve: Callable[..., None]) -> None:
    serve(name="probe")
    with pytest.raises(NotFound, match=r"MCP server 'prob' not found\. Did you mean probe\?"):
        toolbox.specs(["mcp:prob"])
    with pytest.raises(NotFound, match="Tool 'prob__add' not found"):
        toolbox.spec("prob__add")


@pytest.mark.parametrize("value", ["x", 0, True])
def test_a_time_limit_has_to_be_a_number(
    config: Config, toolbox: Toolbox, serve: Callable[..., None], value: object
) -> None:
    config.set("mcp.timeout", value)
    serve()
    with pytest.raises(ToolError, match=r"Set it to a number of seconds\."):
        toolbox.specs(["mcp:probe"])


def test_without_the_package_a_sentence_names_it(
    toolbox: Toolbox, serve: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ToolError, match=r"pip install 'lwe-tui\[mcp\]'"):
        toolbox.specs(["mcp:probe"])


def test_a_program_that_forgets_to_close_leaves_no_server_behind(home: Path) -> None:
    script = (
        "from lwe.config.config import Config\n"
        "from lwe.domain import ToolCall\n"
        "from lwe.tools.toolbox import Toolbox\n"
        "config = Config()\n"
        f"config.set('mcp.servers.probe', {PROGRAM!r})\n"
        "print(Toolbox(config).run(ToolCall('probe__process', {})).value['result'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stderr == ""
    assert not runs(int(done.stdout))


@pytest.fixture
def address() -> Iterator[str]:
    """Run the server over HTTP on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    child = subprocess.Popen([sys.executable, SERVER, str(port)], stderr=subprocess.DEVNULL)
    try:
        while True:
            assert child.poll() is None
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        child.kill()
        child.wait()


def test_a_server_with_an_address(
    toolbox: Toolbox, serve: Callable[..., None], address: str
) -> None:
    serve(url=address, headers={"Authorization": "Bearer x"})
    assert "probe__add" in toolbox.servers.tools("probe")
    assert run(toolbox, "probe__add", a=2).value == {"result": 3}
    failed = run(toolbox, "probe__fail")
    assert failed.failed and "no more tea" in failed.value["error"]


def test_an_address_that_refuses_tells_with_what_status(
    toolbox: Toolbox, serve: Callable[..., None]
) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_error(401)

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as refusing:
        threading.Thread(target=refusing.serve_forever, daemon=True).start()
        serve(url=f"http://127.0.0.1:{refusing.server_port}/mcp")
        with pytest.raises(ToolError, match=r"'probe' could not be started: .*HTTP 401"):
            toolbox.specs(["mcp:probe"])
        toolbox.close()
        refusing.shutdown()


def test_many_threads_share_one_server(toolbox: Toolbox, serve: Callable[..., None]) -> None:
    serve()
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(lambda _: run(toolbox, "probe__process").value["result"], range(16))
        assert len(set(asked)) == 1
