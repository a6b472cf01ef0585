"""`ApiRequest`: one request step by step, with the seed's names, arguments and shapes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from lwe.domain import Message
from lwe.errors import LweError, ToolError
from lwe.faces.door import Answer
from lwe.faces.request_messages import RequestMessages
from lwe.faces.request_model import Reply, reply_of, words_of
from lwe.faces.stored_messages import Stored, build
from lwe.providers.provider import Stop
from lwe.turn.flow import FREE_CHOICES, MAX_ROUNDS

Told = tuple[Any, list[Stored]]
"""What the request is answered with, and all messages that it has added."""
RECEIVED = "Response received"


class ToolCallError(ToolError, ValueError):
    """A tool could not do what it was called for; a ValueError, as in the seed."""


class ApiRequest(RequestMessages):
    """One question to a model, for callers that want to take its steps themselves.

    The steps are `set_request_llm()`, `prepare_ask_request()`, `call_llm(messages)` and
    `post_response(response, new_messages)`. Nothing is printed unless
    `request_overrides["print_stream"]` says so, and nothing is stored.
    """

    # Calling the model

    def call_llm(self, messages: Sequence[Mapping[str, Any]]) -> Answer:
        """Ask the model once; `(True, reply, message)`, or `(False, messages, sentence)`."""
        before = getattr(self.provider, "llm_pre_call", None)
        if before is not None:
            messages = before(self.llm, messages)
        try:
            prepared = self.build_chat_request(messages)
        except LweError as error:
            return False, messages, str(error)
        if self.request_overrides.get("stream"):
            return self.execute_llm_streaming(prepared)
        return self.execute_llm_non_streaming(prepared)

    def execute_llm_streaming(self, messages: Sequence[Message]) -> Answer:
        """Ask and pass on each piece; `(True, reply, message)`."""
        overrides = self.request_overrides
        printing, callback = overrides.get("print_stream", False), overrides.get("stream_callback")
        self.streaming, self._stop = True, Stop()
        try:
            reply = self.iterate_streaming_response(messages, printing, callback)
        except (LweError, ValueError) as error:
            return False, messages, str(error)
        finally:
            self.streaming = False
        return True, reply, RECEIVED

    def execute_llm_non_streaming(self, messages: Sequence[Message]) -> Answer:
        """Ask and wait for the whole reply; `(True, reply, message)`."""
        self._stop = Stop()
        try:
            return True, self._ready().invoke(messages, self._stop), RECEIVED
        except (LweError, ValueError) as error:
            return False, messages, str(error)

    def iterate_streaming_response(
        self,
        messages: Sequence[Message],
        print_stream: bool = False,
        stream_callback: Callable[[str], object] | None = None,
    ) -> Reply:
        """Ask and pass on each piece; returns what was said, also when it was stopped.

        Raises:
            ProviderError: when no complete reply came.
        """
        with closing(self._ready().stream(messages, self._stop)) as pieces:
            while True:
                try:
                    piece = next(pieces)
                except StopIteration as end:
                    reply: Reply = end.value
                    return reply
                self.output_chunk_content(piece, print_stream, stream_callback)
                if not self.streaming:
                    self._stop.request()

    def output_chunk_content(
        self,
        content: str,
        print_stream: bool = False,
        stream_callback: Callable[[str], object] | None = None,
    ) -> None:
        """Pass on a piece of text; an empty one is none."""
        if not content:
            return
        if print_stream:
            sys.stdout.write(content)
            sys.stdout.flush()
        if stream_callback is not None:
            stream_callback(content)

    def terminate_stream(self, _signal: object = None, _frame: object = None) -> None:
        """Stop the reply that is coming, and call no model after it; from any thread."""
        self.streaming = False
        self._stop.request()

    # Taking what it says

    def post_response(self, response_obj: object, new_messages: list[Stored]) -> Told:
        """Take a reply into account: run tools and ask on, until there is an answer.

        Args:
            response_obj: what `call_llm` has answered.
            new_messages: what the request has added so far; it grows.

        Returns:
            The answer, and `new_messages`. The answer is the text; the calls with
            `return_on_tool_call`; a tool's value when a tool was forced, or with
            `return_on_tool_response`.

        Raises:
            LweError: when a following call of the model fails.
        """
        message, calls = self.extract_message_content(response_obj)
        if calls and (words := words_of(response_obj)):
            # The seed's messages hold calls or words, not both.
            new_messages.append(build("assistant", words))
        new_messages.append(message)
        if calls:
            return self.handle_tool_calls(calls, new_messages)
        return self.handle_non_tool_response(message, new_messages)

    def extract_message_content(self, message: object) -> tuple[Stored, list[dict[str, Any]]]:
        """Return a reply as a message, and the tools that it wants to be run.

        A call that cannot be run has the reason in `error`; the model is told, and nothing fails.

        Args:
            message: a `Reply`, a text, or a message as LangChain's.

        Raises:
            LweError: when it is nothing of that kind.
        """
        reply = reply_of(message)
        calls = reply.tool_calls
        if not calls:
            return build("assistant", reply.content), []
        return build("assistant", _without_errors(calls), "tool_call"), calls

    def handle_non_tool_response(
        self, response_message: Stored, new_messages: list[Stored]
    ) -> Told:
        """Return the answer, which is the last tool's value if the preset wants that."""
        value, new_messages = self.check_return_on_tool_response(new_messages)
        if value is not None:
            return value, new_messages
        return response_message["message"], new_messages

    def check_return_on_tool_response(self, new_messages: list[Stored]) -> Told:
        """Return the last tool's value if the preset wants it, and drop what was said of it."""
        wanted = self.preset[0].get("return_on_tool_response")
        if not wanted or not any(map(self.is_tool_response_message, new_messages[-2:-1])):
            return None, new_messages
        new_messages.pop()
        return new_messages[-1]["message"], new_messages

    def is_tool_response_message(self, message: Mapping[str, Any]) -> bool:
        """Say whether a message is what a tool gave back."""
        return bool(message["message_type"] == "tool_response")

    # Running tools

    def handle_tool_calls(
        self, tool_calls: list[dict[str, Any]], new_messages: list[Stored]
    ) -> Told:
        """Run the tools, or return the calls when the preset wants these."""
        for call in tool_calls:
            self.log_tool_call(call)
        if self.should_return_on_tool_call():
            return _without_errors(tool_calls), new_messages
        return self.execute_tool_calls(tool_calls, new_messages)

    def execute_tool_calls(
        self, tool_calls: list[dict[str, Any]], new_messages: list[Stored]
    ) -> Told:
        """Run the tools and ask on, unless one was forced; what fails is told to the model.

        The model gets the history as well, within the limit.

        Raises:
            LweError: when the model cannot be asked, or calls tools again and again.
        """
        value: Any = None
        for call in tool_calls:
            value = self._told(call)
            new_messages.append(self.build_tool_response_message(call, value))
        if self.check_forced_tool():
            return value, new_messages
        if self._stop.wished:
            return "", new_messages
        self._count_round()
        success, reply, message = self.call_llm(self._with_history(new_messages))
        if not success:
            raise ToolCallError(f"The model could not be told what the tools gave back: {message}")
        return self.post_response(reply, new_messages)

    def execute_tool_call(self, tool_call: Mapping[str, Any]) -> Any:
        """Run a tool and return its value.

        Raises:
            ToolCallError: when it fails.
        """
        success, value, message = self.run_tool(tool_call["name"], tool_call["args"])
        if not success:
            raise ToolCallError(f"Tool call failed: {message}")
        return value

    def run_tool(self, tool_name: str, data: Mapping[str, Any] | str) -> Answer:
        """Run a tool; `(True, value, message)` or `(False, {"error": message}, message)`."""
        success, value, message = False, None, "There are no tools here."
        if self.tool_manager is not None:
            try:
                success, value, message = self.tool_manager.run_tool(tool_name, data)
            except (LweError, RuntimeError, ValueError) as error:  # A file that cannot be loaded.
                message = f"Error: Exception occurred while loading {tool_name}: {error}"
        return success, value if success else {"error": message}, message

    def build_tool_response_message(
        self, tool_call: Mapping[str, Any], tool_response: Any
    ) -> Stored:
        """Return what a tool gave back as a message."""
        about = {key: tool_call[key] for key in ("name", "id") if key in tool_call}
        return build("tool", tool_response, "tool_response", about)

    def log_tool_call(self, tool_call: Mapping[str, Any]) -> None:
        """Note a call in the log, without its arguments."""
        self.log.info("the model calls %s", tool_call["name"])

    def should_return_on_tool_call(self) -> bool:
        """Say whether the calls are the answer."""
        return bool(self.preset[0].get("return_on_tool_call"))

    def check_forced_tool(self) -> bool:
        """Say whether the model had to call a tool, so that the tool's value is the answer."""
        choice = self.preset[1].get("tool_choice")
        return choice not in FREE_CHOICES

    # Inner

    def _told(self, call: Mapping[str, Any]) -> Any:
        """Return what the model is told of a call."""
        if call.get("error"):
            return {"error": call["error"]}
        try:
            return self.execute_tool_call(call)
        except ToolCallError as error:
            return {"error": str(error)}

    def _count_round(self) -> None:
        given = self.config.get("tools.max_rounds")
        limit = given if isinstance(given, int) and given > 0 else MAX_ROUNDS
        self._rounds += 1
        if self._rounds >= limit:
            raise ToolError(
                f"The model called tools {limit} times in one request. Ask it to go on, or raise "
                "tools.max_rounds in the configuration."
            )


def _without_errors(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in call.items() if key != "error"} for call in calls]
