"""The part of `ApiRequest` that decides which messages are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lwe.domain import Message
from lwe.events import Notice
from lwe.faces.request_config import RequestConfig
from lwe.faces.stored_messages import Stored, to_domain, to_domains, to_stored
from lwe.turn import tokens
from lwe.turn.request import file_message, new_messages


class RequestMessages(RequestConfig):
    """What is asked, and what of the history goes with it."""

    def prepare_new_conversation_messages(self) -> list[Stored]:
        """Return what this request adds to the conversation.

        Raises:
            ConfigError: when there is nothing to ask.
        """
        if isinstance(self.input, str):
            return self.prepare_default_new_conversation_messages()
        return self.prepare_custom_new_conversation_messages()

    def prepare_default_new_conversation_messages(self) -> list[Stored]:
        """Return the question, in a new conversation after a system message.

        `request_overrides["system_message"]` is an alias or a text.

        Raises:
            ConfigError: when there is nothing to ask.
        """
        given = self.request_overrides.get("system_message")
        opening = self._opening(str(given)) if given else self.system_message
        return [to_stored(m) for m in new_messages(self.input, opening, not self.old_messages)]

    def prepare_custom_new_conversation_messages(self) -> list[Stored]:
        """Return the messages of a list as they are.

        Raises:
            ConfigError: when one of them has no known role, or no text.
        """
        return [to_stored(message) for message in new_messages(self.input, "", is_new=False)]

    def prepare_ask_request(self) -> tuple[list[Stored], list[Stored]]:
        """Return what this request adds, and everything that is sent.

        Raises:
            ConfigError: when there is nothing to ask.
            ProviderError: when the question alone is over the limit.
        """
        self._rounds = 0
        added = self.prepare_new_conversation_messages()
        return added, self._with_history(added)

    def strip_out_messages_over_max_tokens(
        self, messages: Sequence[Stored], max_tokens: int
    ) -> list[Stored]:
        """Drop the oldest messages until the rest fits; `notices` says so.

        System messages and everything from the last question on stay, and a tool's response
        never stays without its call.

        Raises:
            ProviderError: when what has to stay is over the limit alone.
        """
        read = to_domains(messages)
        asked = max((n for n, m in enumerate(read) if m.role == "user"), default=len(read) - 1)
        asked = max(asked, 0)
        llm = self._ready()
        kept, left_out = tokens.trim(
            read[:asked], read[asked:], max_tokens, llm.model_name, llm.tools
        )
        if left_out:
            text = (
                f"Left out, to stay within {max_tokens:,} tokens: the {left_out} oldest messages."
            )
            self.log.warning(text)
            self.notices.append(Notice(text, "warning"))
        staying = {id(message) for message in kept}
        return [given for given, m in zip(messages, read, strict=True) if id(m) in staying]

    def build_chat_request(self, messages: Sequence[Mapping[str, Any] | Message]) -> list[Message]:
        """Read the messages for the provider, the request's files among them.

        Raises:
            ConfigError: when one of them cannot be read.
        """
        read = [m if isinstance(m, Message) else to_domain(m) for m in messages]
        return self.attach_files(read)

    def attach_files(self, messages: Sequence[Message]) -> list[Message]:
        """Put `request_overrides["files"]` behind the last question.

        Raises:
            ConfigError: when one of them is no message.
        """
        files = [self._file(given) for given in self.request_overrides.get("files") or ()]
        places = (n for n, message in enumerate(messages, 1) if message.role == "user")
        place = max(places, default=len(messages))
        return [*messages[:place], *files, *messages[place:]]

    # Inner

    def _with_history(self, added: Sequence[Stored]) -> list[Stored]:
        """Return everything that is sent with these messages, within the limit."""
        history = self.tool_cache.add_message_tools(self.old_messages)
        return self.strip_out_messages_over_max_tokens(
            [*history, *added], self.max_submission_tokens
        )

    def _file(self, given: Any) -> Message:
        prepare = getattr(self.provider, "prepare_file_for_llm", None)
        return file_message(prepare(given) if prepare else given)
