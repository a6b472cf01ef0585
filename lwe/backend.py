"""`ApiBackend`: the seed's door to the library; synchronous, answering in tuples."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lwe.config.config import Config
from lwe.config.logs import open_log
from lwe.domain import Conversation, Mark, Message, User
from lwe.engine import DELETED, Engine, Opened
from lwe.errors import LweError, NotFound
from lwe.events import Event, TextDelta
from lwe.faces.door import Answer, answers
from lwe.providers.provider import Provider, Stop
from lwe.providers.registry import full_name
from lwe.turn.drive import drive
from lwe.turn.flow import Turn
from lwe.turn.request import Input, Overrides

if TYPE_CHECKING:
    from lwe.storage.store import Store

STORED = "Conversation updated with new messages"
NOT_STORED = "No current user, conversation not saved"


class ApiBackend:
    """Talks to language models with presets, templates and stored conversations.

    Args:
        config: the configuration; the default profile's defaults without one.
        store: another database than the configuration's.

    Attributes:
        engine: every power as a plain call that raises instead of answering in tuples.
        state: user, conversation, preset and model in force.
        message_clipboard: the last answer.
    """

    name = "api"

    def __init__(self, config: Config | None = None, store: Store | None = None) -> None:
        self.config = config or Config()
        open_log(self.config)
        self.engine = Engine(self.config, store)
        self.state = self.engine.states.initial(self.engine.configured_user())
        self.message_clipboard: str | None = None
        self._stop: Stop | None = None
        self._titles: dict[int, threading.Thread] = {}
        wanted = self.config.get("backend_options.default_conversation_id")
        if wanted is not None:
            self.switch_to_conversation(wanted)

    # Asking

    def ask(self, input: Input, request_overrides: dict[str, Any] | None = None) -> Answer:
        """Ask and wait for the whole answer.

        Args:
            input: a text, or a list of `{"role", "content"}` mappings, sent as they are.
            request_overrides: what this request does differently; see `Overrides`.

        Returns:
            `(True, answer, message)`, or `(False, None, sentence)` when no answer came.
        """
        return self.make_request(input, request_overrides)

    def ask_stream(self, input: Input, request_overrides: dict[str, Any] | None = None) -> Answer:
        """Ask and hand each piece of the answer to `request_overrides["stream_callback"]`.

        As in the seed, `stream` is set in the caller's dictionary.
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
        answer = self._perform(opened)
        self.message_clipboard = answer.text
        if opened.stored is None:
            return True, answer.text, NOT_STORED
        if answer.mark == DELETED:
            return True, answer.text, DELETED.note
        self._make_title(opened)
        return True, answer.text, STORED

    def terminate_stream(self, _signal: object = None, _frame: object = None) -> None:
        """Stop the running answer; what has been said is kept. Callable from any thread."""
        if self._stop is not None:
            self._stop.request()

    def _perform(self, opened: Opened) -> Message:
        stop = self._stop = Stop()
        mark: Mark | None = Mark("stopped")  # holds when Ctrl-C ends the loop below
        try:
            with closing(drive(opened.turn, opened.provider, stop)) as events:
                for event in events:
                    _pass_on(event, opened)
            mark = Mark("stopped") if stop.wished else None
        except Exception as error:
            known = isinstance(error, LweError)
            note = str(error) if known else f"A fault ended the answer: {error!r}"
            mark = Mark("cut" if opened.turn.text else "failed", note)
            raise
        finally:
            self._stop = None
            self.state, answer = self.engine.commit(opened, mark)
        return answer

    def _make_title(self, opened: Opened) -> None:
        conversation_id = self.state.conversation_id
        running = {key: thread for key, thread in self._titles.items() if thread.is_alive()}
        self._titles = running
        if conversation_id is None or conversation_id in running:
            return
        try:
            wanted = self.engine.title_request(self.state, opened)
        except LweError:
            return  # A title is worth no failed answer; the next turn asks again.
        if wanted is None:
            return

        def ask(provider: Provider, turn: Turn) -> None:
            try:
                for _ in drive(turn, provider, Stop()):
                    pass
                self.engine.keep_title(conversation_id, turn.text)
            except LweError:
                return

        provider, request = wanted
        thread = threading.Thread(
            target=ask, args=(provider, Turn(request, self.state.origin)), name="lwe-title"
        )
        self._titles[conversation_id] = thread
        thread.start()

    def wait_for_titles(self, timeout: float | None = None) -> None:
        """Wait until titles that are being made are stored.

        Args:
            timeout: seconds to wait for each, None for as long as it takes.
        """
        for thread in self._titles.values():
            thread.join(timeout)

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

    # What is in force

    @answers
    def activate_preset(self, preset_name: str) -> Answer:
        """Use a preset from now on; `(True, (metadata, customizations), message)`."""
        self.state = self.engine.states.activate_preset(self.state, preset_name)
        preset = self.engine.presets.get(preset_name)
        pair = (dict(preset.metadata), dict(preset.customizations))
        return True, pair, f"Activated preset: {preset_name}"

    @answers
    def set_provider(
        self, name: str, customizations: Mapping[str, Any] | None = None, reset: bool = False
    ) -> Answer:
        """Use a provider without a preset; `(True, provider, message)`."""
        if full_name(name) == self.state.provider and not reset:
            return False, None, f"Provider {name} already set"
        self.state = self.engine.states.set_provider(
            self.state, name, customizations=customizations or {}
        )
        return True, self.provider, f"Provider successfully set to: {name}"

    @answers
    def set_model(self, model_name: str) -> Answer:
        """Use another model of the provider; `(True, customizations, message)`."""
        self.state = self.engine.states.set_model(self.state, model_name)
        return True, dict(self.state.customizations), f"Set model_name to {model_name}"

    def set_system_message(self, system_message: str = "default") -> Answer:
        """Open new conversations with this alias's text, or this text."""
        text = self.engine.states.system_message(system_message)
        self.state = replace(self.state, system_message=text)
        return True, system_message, f"System message set to: {text}"

    @answers
    def set_current_user(self, user: User | None = None) -> Answer:
        """Ask as this user from now on, with the user's default preset."""
        self.state = self.engine.states.initial(user)
        return True, user, "User set." if user else "User cleared."

    def load_user(self, identifier: int | str) -> None:
        """Find a user by id, name or e-mail and ask as that user.

        Raises:
            NotFound: when there is no such user.
        """
        self.set_current_user(self.engine.store.user(identifier))

    # Conversations

    def new_conversation(self) -> None:
        """Leave the open conversation; the next question opens another."""
        self.state = replace(self.state, conversation_id=None, title=None)
        self.message_clipboard = None

    def switch_to_conversation(self, conversation_id: int) -> None:
        """Open a conversation, with the settings of its last message.

        Raises:
            NotFound: when it does not exist or is another user's.
        """
        self.state, _messages = self.engine.open_conversation(self.state, conversation_id)

    @answers
    def get_history(self, limit: int = 20, offset: int = 0, user_id: int | None = None) -> Answer:
        """List conversations; `(True, {id: row}, message)`, newest first, hidden ones too."""
        user_id = user_id or (self.state.user.id if self.state.user else None)
        if user_id is None:
            raise LweError("Nobody is logged in, so there is no history. Load a user first.")
        rows = self.engine.store.history(user_id, limit, offset)
        found = {row.id: conversation_dict(row) for row in rows}
        return True, found, "Conversations retrieved successfully."

    @answers
    def get_conversation(self, id: int | None = None) -> Answer:
        """Read a conversation; `(True, {"conversation": row, "messages": [...]}, message)`."""
        wanted = id or self.state.conversation_id
        if wanted is None:
            return False, None, "No current conversation"
        try:
            row = self._own(wanted)
        except NotFound:
            return False, None, "Conversation not found."
        found = {
            "conversation": conversation_dict(row),
            "messages": self.engine.store.raw_messages(wanted),
        }
        return True, found, "Messages retrieved successfully"

    @answers
    def set_title(self, title: str, conversation_id: int | None = None) -> Answer:
        """Rename a conversation, the open one by default."""
        wanted = conversation_id or self.state.conversation_id
        if wanted is None:
            return False, None, "No current conversation"
        self._own(wanted)
        self.engine.store.rename(wanted, title)
        if wanted == self.state.conversation_id:
            self.state = replace(self.state, title=title)
        return True, self._own(wanted), "Conversation title updated successfully."

    @answers
    def delete_conversation(self, conversation_id: int | None = None) -> Answer:
        """Delete a conversation, the open one by default."""
        wanted = conversation_id or self.state.conversation_id
        if wanted is None:
            return False, None, "No current conversation"
        self._own(wanted)
        self.engine.store.delete_conversation(wanted)
        if wanted == self.state.conversation_id:
            self.new_conversation()
        return True, None, "Conversation deleted successfully."

    def _own(self, conversation_id: int) -> Conversation:
        user_id = self.state.user.id if self.state.user else None
        return self.engine.store.conversation(conversation_id, user_id)

    # The seed's attributes

    @property
    def current_user(self) -> User | None:
        """Who asks; None means that nothing is stored."""
        return self.state.user

    @property
    def conversation_id(self) -> int | None:
        """The open conversation."""
        return self.state.conversation_id

    @property
    def conversation_title(self) -> str | None:
        """The open conversation's title, None until it has one."""
        return self.engine.title_of(self.state)

    @property
    def provider_name(self) -> str:
        """Full name of the provider in force."""
        return self.state.provider

    @property
    def provider(self) -> Provider:
        """The provider in force."""
        return self.engine.providers.get(self.state.provider)

    @property
    def model(self) -> str:
        """The model in force."""
        return self.state.model

    @property
    def active_preset_name(self) -> str | None:
        """The active preset's name."""
        return self.state.preset or None

    @property
    def system_message(self) -> str:
        """The text that opens new conversations."""
        return self.state.system_message

    @property
    def max_submission_tokens(self) -> int:
        """The most tokens that are sent."""
        return self.state.max_submission_tokens or self.provider.max_submission_tokens(self.model)


def conversation_dict(row: Conversation) -> dict[str, Any]:
    """Return a conversation as the seed's row dictionary."""
    return {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "created_time": row.created,
        "updated_time": row.updated,
        "hidden": row.hidden,
    }


def _pass_on(event: Event, opened: Opened) -> None:
    if not isinstance(event, TextDelta) or not event.text or not opened.turn.request.stream:
        return
    if opened.overrides.stream_callback:
        opened.overrides.stream_callback(event.text)
    if opened.overrides.print_stream:
        sys.stdout.write(event.text)
        sys.stdout.flush()
