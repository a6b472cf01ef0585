"""`ApiBackend`: the seed's door to the library; synchronous, answering in tuples."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lwe.config.config import Config
from lwe.config.logs import open_log
from lwe.domain import Conversation, Message
from lwe.engine import Engine
from lwe.errors import LweError
from lwe.events import Event, TextDelta
from lwe.faces.door import Answer, answers
from lwe.faces.in_force import InForce
from lwe.faces.managers import MANAGERS, Managers
from lwe.faces.stored import Stored
from lwe.performing import DELETED, NotStoredYet, Opened
from lwe.providers.provider import Stop
from lwe.titles import Titles
from lwe.turn.flow import Turn
from lwe.turn.request import Input, Overrides

if TYPE_CHECKING:
    from lwe.storage.store import Store

RECEIVED = "Response received"
STORED = "Conversation updated with new messages"
NOT_STORED = "No current user, conversation not saved"


class ApiBackend(InForce, Stored, Managers):
    """Talks to language models with presets, templates and stored conversations.

    Args:
        config: the configuration; the default profile's defaults without one.
        orm: another database than the configuration's, as the seed's scripts give it.
        store: the same, as one of ours.

    Attributes:
        engine: every power as a plain call that raises instead of answering in tuples.
        state: user, conversation, preset and model in force.
        message_clipboard: the last answer.
        request: what is being asked, None between questions.
    """

    name = "api"

    def __init__(
        self, config: Config | None = None, orm: Any = None, store: Store | None = None
    ) -> None:
        self.return_only = False
        self._stop: Stop | None = None
        self.request: Turn | None = None
        given = store if store is not None else getattr(orm, "store", None)
        self._open(config or Config(), given)
        if orm is not None:
            self.__dict__["orm"] = orm

    def _open(self, config: Config, store: Store | None) -> None:
        self.config = config
        open_log(config)
        self.engine = Engine(config, store)
        self._titles = Titles(self.engine)
        self.engine.plugins.backend = self
        self.engine.plugins.begin()
        self.state = self.engine.states.initial(self.engine.configured_user())
        self.message_clipboard: Any = None
        self.initialize_file_logging()
        self.load_default_conversation()

    def initialize_backend(self, config: Config | None = None) -> None:
        """Read everything again, from another configuration if one is given.

        Who asks, and the open conversation, are those of the configuration then.
        """
        self.close_log()
        self.engine.close()
        for name in MANAGERS:
            self.__dict__.pop(name, None)
        self._open(config or self.config, None)

    def initialize_database(self) -> None:
        """Open the database; it is created or brought up to date when it has to be.

        Raises:
            StorageError: when it cannot be used.
        """
        _ = self.engine.store

    def set_return_only(self, return_only: bool = False) -> None:
        """Keep a flag; this library never prints, so nothing depends on it."""
        self.return_only = return_only

    # Asking

    def ask(self, input: Input, request_overrides: dict[str, Any] | None = None) -> Answer:
        """Ask and wait for the whole answer.

        Args:
            input: a text, or a list of `{"role", "content"}` mappings, sent as they are.
            request_overrides: what this request does differently; see `Overrides`.

        Returns:
            `(True, answer, message)`, or `(False, answer, sentence)` when something failed; then
            the answer is what came of it, mostly None. One that could not be stored, because the
            database was locked, is stored before the next question.
        """
        return self.make_request(input, request_overrides)

    def ask_stream(self, input: Input, request_overrides: dict[str, Any] | None = None) -> Answer:
        """Ask and hand each piece of the answer to `request_overrides["stream_callback"]`.

        As in the seed, `stream` is set in the caller's dictionary. A callback that raises ends the
        answer: `(False, what was said, sentence)`; what was said is stored.
        """
        request_overrides = {} if request_overrides is None else request_overrides
        request_overrides["stream"] = True
        return self.make_request(input, request_overrides)

    @answers
    def make_request(self, input: Input, request_overrides: dict[str, Any] | None = None) -> Answer:
        """Ask; streams only when `request_overrides["stream"]` is true."""
        overrides = Overrides.of(request_overrides)
        opened = self.engine.begin(self.state, input, overrides, stream=bool(overrides.stream))
        self.state = opened.state
        try:
            answer = self._perform(opened)
        except NotStoredYet as error:
            self._note_response(input, error.answer)
            raise
        response = opened.response
        self._note_response(input, response)
        if opened.stored is None:
            return True, response, RECEIVED if overrides.files else NOT_STORED
        if answer.mark == DELETED:
            return True, response, DELETED.note
        self._titles.make(self.state, opened)
        return True, response, STORED

    def terminate_stream(self, _signal: object = None, _frame: object = None) -> None:
        """Stop the running answer; what has been said is kept. Callable from any thread."""
        if self._stop is not None:
            self._stop.request()

    def _perform(self, opened: Opened) -> Message:
        """Return the last message as it is stored."""
        stop, self.request = Stop(), opened.turn
        self._stop = stop
        try:
            return self.engine.performing.perform(
                opened, stop, lambda event: _pass_on(event, opened)
            )
        finally:
            self._stop = self.request = None
            self.state = opened.state

    def _note_response(self, input: Input, response: Any) -> None:
        self.message_clipboard = response
        self.write_log(input, response)

    def _own(self, conversation_id: int) -> Conversation:
        self.engine.performing.settle_if_possible()  # What is read next has all that was said.
        return super()._own(conversation_id)

    def wait_for_titles(self, timeout: float | None = None) -> None:
        """Wait until titles that are being made are stored.

        Args:
            timeout: seconds to wait for each, None for as long as it takes.
        """
        self._titles.wait(timeout)

    # Templates

    def run_template(
        self,
        template_name: str,
        template_vars: Mapping[str, Any] | None = None,
        overrides: dict[str, Any] | None = None,
    ) -> Answer:
        """Render a template and ask what it says."""
        success, built, message = self.build_message_from_template(
            template_name, template_vars, overrides
        )
        if not success:
            return success, built, message
        text, merged = built
        return self.make_request(text, merged.get("request_overrides"))

    def run_template_setup(
        self, template_name: str, substitutions: Mapping[str, Any] | None = None
    ) -> Answer:
        """Prepare what `run_template_compiled` asks; `(True, (message, overrides), message)`."""
        success, built, message = self.build_message_from_template(template_name, substitutions)
        if not success:
            return success, built, message
        return True, built, f"Set up of template run complete: {template_name}"

    def run_template_compiled(
        self, message: str, overrides: dict[str, Any] | None = None
    ) -> Answer:
        """Ask what `run_template_setup` has prepared.

        Args:
            overrides: `{"request_overrides": {...}}`, as it was answered.
        """
        return self.make_request(message, **(overrides or {}))

    @answers
    def build_message_from_template(
        self,
        template_name: str,
        template_vars: Mapping[str, Any] | None = None,
        overrides: dict[str, Any] | None = None,
    ) -> Answer:
        """Render a template; `(True, (text, overrides), message)`."""
        from lwe.presets import merge

        built = self.engine.templates.build(template_name, template_vars)
        merged = merge({"request_overrides": built.overrides}, overrides or {})
        return True, (built.text, merged), f"Built message from template: {template_name}"


def _pass_on(event: Event, opened: Opened) -> None:
    if not isinstance(event, TextDelta) or not event.text or not opened.turn.request.stream:
        return
    if callback := opened.overrides.stream_callback:
        try:
            callback(event.text)
        except Exception as error:
            raise _failed(opened.turn, error) from error
    if opened.overrides.print_stream:
        sys.stdout.write(event.text)
        sys.stdout.flush()


def _failed(turn: Turn, error: Exception) -> LweError:
    """Return what is answered when the caller's own function has failed."""
    failure = LweError(f"The answer was ended because its stream_callback failed: {error!r}")
    failure.answer = turn.text
    return failure
