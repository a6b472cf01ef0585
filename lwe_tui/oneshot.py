"""One question from the command line, answered on stdout; Textual is never loaded."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, TextIO

from lwe.errors import ConfigError, StorageError
from lwe_tui.exits import CONFIGURATION, FAILED, OK
from lwe_tui.printed import own_stdout
from lwe_tui.streams import Out, exit_code, tell

if TYPE_CHECKING:
    from lwe.backend import ApiBackend
    from lwe_tui.session import Options, Session


def answer(prompt: str, options: Options) -> int:
    """Ask and print the answer: as it comes, or at once when streaming is off.

    Args:
        prompt: what to ask.
        options: where the profile is and what it starts with.

    Returns:
        The exit code: 0 answered, 1 failed, 3 configuration, 130 interrupted.
    """
    from lwe_tui.session import Session

    session = Session(options)
    return exit_code(
        lambda: _answer(session, prompt),
        lambda error: FAILED if isinstance(error, StorageError) else CONFIGURATION,
    )


def _answer(session: Session, prompt: str) -> int:
    # Closed within, where a second signal does not end the program before what it started.
    with own_stdout() as stdout, closing(session):
        return _ask(_opened(session), prompt, stdout)


def _opened(session: Session) -> ApiBackend:
    from lwe.config.logs import open_console

    backend = session.backend
    open_console(backend.config)
    if backend.current_user is not None:
        backend.engine.store.recover()  # What a killed program has left.
    if preset := session.options.preset:
        # What is asked for by name is not replaced by something else, as a default would be.
        backend.state = backend.engine.states.activate_preset(backend.state, preset)
    _pass_on_notices(backend)
    if backend.config.get("chat.log.enabled") and backend.logfile is None:
        raise ConfigError("Nothing was asked, because it could not be logged.")
    return backend


def _ask(backend: ApiBackend, prompt: str, stdout: TextIO) -> int:
    out = Out(stdout)
    metadata = backend.state.preset_metadata
    # What the model says is not the answer then.
    whole = metadata.get("return_on_tool_call") or metadata.get("return_on_tool_response")
    try:
        if backend.config.get("shell.streaming") and not whole:
            success, response, message = _streamed(backend, prompt, out)
        else:
            success, response, message = backend.ask(prompt)
            out.write(response if isinstance(response, str) else "")
        if response is not None and not isinstance(response, str):
            out.write(json.dumps(response, ensure_ascii=False, default=str))  # a tool's value
    finally:
        out.end()
    _pass_on_notices(backend)
    if not success:
        tell(message)
        return FAILED
    return OK


def _streamed(backend: ApiBackend, prompt: str, out: Out) -> tuple[bool, Any, str]:
    """Ask and print the answer as it comes.

    Raises:
        OSError: when it cannot be written; to the library that is only a function that failed.
    """
    failures: list[OSError] = []

    def write(piece: str) -> None:
        try:
            out.write(piece)
        except OSError as error:
            failures.append(error)
            raise

    answered = backend.ask_stream(prompt, {"stream_callback": write})
    if failures:
        raise failures[0]
    return answered


def _pass_on_notices(backend: ApiBackend) -> None:
    for notice in backend.engine.take_notices():
        tell(notice.text)
