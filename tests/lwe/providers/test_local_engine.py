"""The embedded model answers, stops, starts again, and leaves no process and no folder behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.domain import Message, ModelRequest
from lwe.errors import ProviderError
from lwe.events import ReplyFinished, TextDelta
from lwe.providers import local_engine, local_model
from lwe.providers.local import Local
from lwe.providers.local_engine import LocalEngine
from lwe.providers.provider import Stop

LONG, SHORT = 700, 8
PARENT = """
import sys
from lwe.domain import Message, ModelRequest
from lwe.providers import local_engine
from lwe.providers.local import Local
from lwe.providers.provider import Stop
parameters = {"model_name": local_engine.MODEL, "max_tokens": 700}
request = ModelRequest((Message("user", "Explain what a hash table is."),), parameters)
for event in Local().stream(request, Stop()):
    engine = local_engine.shared()
    print(engine.pid, engine.address().uds, flush=True)
    if "leave" in sys.argv:
        break
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    """Run one process for the tests that do not end it for good."""
    running = LocalEngine()
    yield running
    running.close()


@pytest.fixture
def local(engine: LocalEngine) -> Local:
    return Local(engine=engine)


def request(tokens: int, text: str = "Explain what a hash table is.") -> ModelRequest:
    parameters = {"model_name": local_engine.MODEL, "max_tokens": tokens}
    return ModelRequest((Message("user", text),), parameters)


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that ended but was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def seconds_until_gone(pid: int) -> float:
    begun = time.monotonic()
    while is_running(pid):
        assert time.monotonic() - begun < 15, f"{pid} still runs"
        time.sleep(0.01)
    return time.monotonic() - begun


def busy_seconds(pid: int) -> float:
    """Return how much a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_idle_soon(pid: int) -> bool:
    """Say whether a process stops computing within a second."""
    for _ in range(10):
        before = busy_seconds(pid)
        time.sleep(0.1)
        if busy_seconds(pid) - before < 0.03:
            return True
    return False


def pid_and_socket(engine: LocalEngine) -> tuple[int, Path]:
    socket = engine.address().uds
    assert engine.pid and socket
    return engine.pid, Path(socket)


@pytest.mark.e2e
def test_it_streams_an_answer(local: Local) -> None:
    events = list(local.stream(request(SHORT), Stop()))
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(texts) >= SHORT // 2
    end = events[-1]
    assert isinstance(end, ReplyFinished)
    assert (end.reason, end.usage.output_tokens) == ("length", SHORT)


@pytest.mark.e2e
async def test_it_streams_an_answer_on_a_loop(local: Local) -> None:
    async with aclosing(local.astream(request(SHORT))) as stream:
        events = [event async for event in stream]
    assert any(isinstance(event, TextDelta) for event in events)
    assert isinstance(events[-1], ReplyFinished)


@pytest.mark.e2e
def test_many_streams_in_a_row_meet_no_closed_connection(local: Local) -> None:
    for _ in range(20):
        assert isinstance(list(local.stream(request(1), Stop()))[-1], ReplyFinished)


@pytest.mark.e2e
def test_stop_ends_the_generating(local: Local, engine: LocalEngine) -> None:
    stop, seen = Stop(), 0
    for event in local.stream(request(LONG), stop):
        assert isinstance(event, TextDelta)
        seen += 1
        if seen == 3:
            stop.request()
    assert seen <= 4
    assert is_idle_soon(pid_and_socket(engine)[0])


@pytest.mark.e2e
async def test_closing_the_stream_ends_the_generating(local: Local, engine: LocalEngine) -> None:
    async with aclosing(local.astream(request(LONG))) as stream:
        async for _ in stream:
            break
    assert is_idle_soon(pid_and_socket(engine)[0])


@pytest.mark.e2e
def test_too_much_is_refused_with_a_remedy(local: Local) -> None:
    with pytest.raises(ProviderError, match="Shorten the conversation") as caught:
        list(local.stream(request(SHORT, "word " * 5000), Stop()))
    assert caught.value.kind == "too_long"


@pytest.mark.e2e
def test_a_killed_process_is_an_error_and_starts_again(local: Local, engine: LocalEngine) -> None:
    pid, socket = pid_and_socket(engine)
    with pytest.raises(ProviderError, match=r"process has ended\. Retry") as caught:
        for _ in local.stream(request(LONG), Stop()):
            os.kill(pid, signal.SIGKILL)
    assert caught.value.kind == "connection"
    assert isinstance(list(local.stream(request(SHORT), Stop()))[-1], ReplyFinished)
    assert engine.pid not in (None, pid)
    assert not socket.parent.exists()


@pytest.mark.e2e
def test_a_socket_that_was_swept_away_starts_it_again(engine: LocalEngine) -> None:
    pid, socket = pid_and_socket(engine)
    socket.unlink()
    assert pid_and_socket(engine)[0] != pid
    assert not is_running(pid)


@pytest.mark.e2e
def test_only_this_user_can_reach_it(engine: LocalEngine) -> None:
    _, socket = pid_and_socket(engine)
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    assert (socket.parent / "log").stat().st_mode & 0o777 == 0o600
    assert engine.address().api_key not in Path(f"/proc/{engine.pid}/cmdline").read_text()
    assert engine.address().api_key not in Path(f"/proc/{engine.pid}/environ").read_text()


@pytest.mark.e2e
def test_a_long_path_makes_it_listen_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    engine = LocalEngine()
    try:
        assert engine.address().uds is None
        assert isinstance(list(Local(engine=engine).stream(request(1), Stop()))[-1], ReplyFinished)
    finally:
        engine.close()
    assert list(long.iterdir()) == []


@pytest.mark.e2e
def test_closing_is_quick_whether_idle_or_busy(local: Local, engine: LocalEngine) -> None:
    for tokens in (SHORT, LONG):
        stop = Stop()
        stream = local.stream(request(tokens), stop)
        next(stream)
        if tokens == SHORT:
            list(stream)
        pid, socket = pid_and_socket(engine)
        begun = time.monotonic()
        engine.close()
        assert time.monotonic() - begun < 15
        assert not is_running(pid)
        assert not socket.parent.exists()
        stream.close()


@pytest.mark.e2e
@pytest.mark.parametrize("word", ["stay", "leave"])
def test_the_process_ends_with_its_parent(word: str, tmp_path: Path) -> None:
    """One parent is killed while the model talks, the other one's program ends in the middle."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PARENT, word],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
    ) as parent:
        assert parent.stdout and parent.stderr
        number, socket = parent.stdout.readline().split()
        if word == "stay":
            assert is_running(int(number))
            parent.kill()
        parent.wait(10)
        assert seconds_until_gone(int(number)) < 15
        assert not Path(socket).parent.exists()
        assert parent.stderr.read() == ""
        assert parent.returncode == (-signal.SIGKILL if word == "stay" else 0)


@pytest.mark.e2e
def test_the_preset_answers_through_the_library() -> None:
    backend = ApiBackend()
    try:
        success, text, message = backend.ask("What is 2+2?", {"preset": "local"})
        assert success, message
        assert text
    finally:
        local_engine.shared().close()


def test_missing_weights_say_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "find", lambda: None)
    with pytest.raises(ProviderError, match="Type: lwe-tui local install") as caught:
        LocalEngine().address()
    assert caught.value.kind == "not_found"


def test_a_machine_that_cannot_run_it_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "problem", lambda: "It cannot run here.")
    with pytest.raises(ProviderError, match="It cannot run here"):
        LocalEngine(["/does/not/exist"]).address()


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("import os; os.kill(os.getpid(), 4)", "processor lacks AVX2"),
        ("import os; os.kill(os.getpid(), 9)", "want of memory"),
        ("raise ImportError('libgomp.so.1: cannot open')", "libgomp1 on Debian"),
        ("raise ImportError(\"No module named 'xllamacpp'\")", r"pip install 'lwe-tui\[local\]'"),
        ("raise RuntimeError('bad file')", r"\(exit code 1\).*RuntimeError: bad file"),
    ],
)
def test_a_start_that_fails_is_explained(
    script: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(local_model, "find", lambda: tmp_path / "weights")
    with pytest.raises(ProviderError, match=sentence):
        LocalEngine([sys.executable, "-c", script]).address()
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_cannot_be_run_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(local_model, "find", lambda: tmp_path / "weights")
    with pytest.raises(ProviderError, match="cannot be started: No such file"):
        LocalEngine(["/does/not/exist"]).address()
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "find", lambda: tmp_path / "weights")
    engine = LocalEngine([sys.executable, "-c", "import time; time.sleep(60)"], patience=0.2)
    with pytest.raises(ProviderError, match="took too long") as caught:
        engine.address()
    assert caught.value.kind == "timeout"
    assert engine.pid is None


def test_closing_ends_a_start_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_model, "find", lambda: tmp_path / "weights")
    engine = LocalEngine([sys.executable, "-c", "import sys; sys.stdin.read()"])
    said: list[str] = []

    def start() -> None:
        with pytest.raises(ProviderError) as caught:
            engine.address()
        said.append(str(caught.value))

    thread = threading.Thread(target=start)
    thread.start()
    while engine.pid is None:
        time.sleep(0.01)
    engine.close()
    thread.join()
    assert said == ["The embedded model was ended while it started."]
    assert engine.pid is None


def test_a_damaged_file_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"no model")
    monkeypatch.setattr(local_model, "find", lambda: damaged)
    with pytest.raises(ProviderError, match="lwe-tui local status"):
        LocalEngine().address()


def test_there_is_one_engine_for_all() -> None:
    assert local_engine.shared() is local_engine.shared()
