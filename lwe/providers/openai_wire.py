"""Turns a request of ours into the JSON of OpenAI's two APIs; pure.

Sources: the API reference of OpenAI for chat completions and Responses; the names of the
parameters in presets are those of the seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from lwe.domain import Message, ModelRequest, ToolCall, ToolSpec
from lwe.errors import ProviderError
from lwe.providers.specs import Given

Api = Literal["responses", "chat"]

CLIENT_PARAMETERS = frozenset(
    {
        "_type",
        "api_key_env_var",
        "max_retries",
        "openai_api_base",
        "openai_api_key",
        "openai_organization",
        "request_timeout",
        "use_responses_api",
        "verbose",
    }
)
"""Customizations that name the provider or set up the client, and are not sent."""

TOOL_PARAMETERS = frozenset({"tools", "tool_choice"})

_BOTH = {"temperature": "temperature", "top_p": "top_p", "top_logprobs": "top_logprobs"}
_WIRE: dict[Api, dict[str, str]] = {
    "responses": _BOTH
    | {
        "max_tokens": "max_output_tokens",
        "reasoning_effort": "reasoning.effort",
        "verbosity": "text.verbosity",
        "model_kwargs.response_format": "text.format",
    },
    "chat": _BOTH
    | {
        "max_tokens": "max_completion_tokens",
        "reasoning_effort": "reasoning_effort",
        "verbosity": "verbosity",
        "presence_penalty": "presence_penalty",
        "frequency_penalty": "frequency_penalty",
        "seed": "seed",
        "logprobs": "logprobs",
        "logit_bias": "logit_bias",
        "stop": "stop",
        "n": "n",
        "model_kwargs.response_format": "response_format",
    },
}
BODY_PARAMETERS = frozenset(_WIRE["responses"]) | frozenset(_WIRE["chat"])
_REASONING = ("o1", "o3", "o4", "gpt-5", "gpt-6")
_BLIND = re.compile(
    r"gpt-3\.5.*|gpt-4(-32k)?(-\d{4}(-preview)?)?|o1-(mini|preview).*|o3-mini.*|(babbage|davinci).*"
)
_WITHOUT_SYSTEM_ROLE = ("o1-mini", "o1-preview")


def body(request: ModelRequest, api: Api) -> dict[str, Any]:
    """Build the JSON to send.

    Raises:
        ProviderError: for a parameter that this API does not take.
    """
    made: dict[str, Any] = {"model": request.model, "stream": request.stream}
    if api == "responses":
        made["input"] = [item for message in request.messages for item in _items(message)]
    else:
        made["messages"] = _joined([_chat(message) for message in request.messages])
        if needs_chat(request.model):
            _rename_system_role(made["messages"])
        if request.stream:
            made["stream_options"] = {"include_usage": True}
    if request.tools:
        made |= _tools(request, api)
    for name, value in _parameters(request.customizations, api):
        if name == "temperature" and is_reasoning(request.model):
            continue
        _put(made, name, value)
    return made


def _tools(request: ModelRequest, api: Api) -> dict[str, Any]:
    made: dict[str, Any] = {"tools": [_tool(spec, api) for spec in request.tools]}
    chosen = request.customizations.get("tool_choice")
    if isinstance(chosen, str) and chosen not in _CHOICES:
        named = {"name": chosen}
        chosen = {"type": "function"} | (named if api == "responses" else {"function": named})
    if chosen:
        made["tool_choice"] = "required" if chosen == "any" else chosen
    return made


_CHOICES = ("", "auto", "none", "any", "required")


def _tool(spec: ToolSpec, api: Api) -> dict[str, Any]:
    if isinstance(spec, Given):
        return dict(spec.given)
    function = {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
    }
    if api == "responses":
        return {"type": "function", **function}
    return {"type": "function", "function": function}


def _joined(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put what was said beside calls of tools into their message: some servers want turns."""
    made: list[dict[str, Any]] = []
    for message in messages:
        before = made[-1] if made else {}
        beside = "tool_calls" in message and not message["content"]
        if beside and before.get("role") == "assistant" and "tool_calls" not in before:
            made[-1] = {**message, "content": before["content"]}
        else:
            made.append(message)
    return made


def is_reasoning(model: str) -> bool:
    """Say whether a model thinks first, and takes no temperature but its own."""
    return model.startswith(_REASONING)


def needs_chat(model: str) -> bool:
    """Say whether OpenAI offers this model through chat completions only."""
    return model.startswith(_WITHOUT_SYSTEM_ROLE)


def may_see(model: str) -> bool:
    """Say whether a model may take images: all but those of OpenAI that are known not to."""
    return _BLIND.fullmatch(model) is None


def _parameters(customizations: Mapping[str, Any], api: Api) -> Iterable[tuple[str, Any]]:
    wire = _WIRE[api]
    for key, value in customizations.items():
        if key == "model_kwargs" and isinstance(value, Mapping):
            for inner, setting in value.items():
                if setting is not None:
                    yield wire.get(f"model_kwargs.{inner}", str(inner)), setting
        elif value is None or key == "model_name" or key in CLIENT_PARAMETERS | TOOL_PARAMETERS:
            continue
        elif key in wire:
            yield wire[key], value
        else:
            raise ProviderError(
                f"The parameter '{key}' cannot be sent through the {_API_NAMES[api]}.",
                "refused",
                "Remove it from the preset.",
            )


_API_NAMES: dict[Api, str] = {"responses": "Responses API", "chat": "chat completions API"}


def _put(made: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        inner = made.get(parent)
        made[parent] = dict(inner) if isinstance(inner, Mapping) else {}  # it may be the preset's
        made = made[parent]
    made[last] = _flat_schema(value) if path == "text.format" else value


def _flat_schema(format: Any) -> Any:
    """Turn the schema of a chat completion into one of Responses, which wraps it once less."""
    schema = format.get("json_schema") if isinstance(format, Mapping) else None
    return {"type": "json_schema", **schema} if isinstance(schema, Mapping) else format


def _rename_system_role(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        if message["role"] == "system":
            message["role"] = "user"


def _chat(message: Message) -> dict[str, Any]:
    if message.tool_result is not None:
        return {
            "role": "tool",
            "tool_call_id": message.tool_result.id,
            "content": _json(message.tool_result.value),
        }
    if message.parts:
        return {"role": message.role, "content": [_part(part) for part in message.parts]}
    text = _encodable(message.text)
    if message.tool_calls:
        return {
            "role": "assistant",
            "content": text or None,
            "tool_calls": [_chat_call(call) for call in message.tool_calls],
        }
    return {"role": message.role, "content": text}


def _chat_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": _json(dict(call.args))}
    return {"id": call.id, "type": "function", "function": function}


def _items(message: Message) -> Iterable[dict[str, Any]]:
    if message.tool_result is not None:
        result = message.tool_result
        yield {
            "type": "function_call_output",
            "call_id": result.id,
            "output": _json(result.value),
        }
        return
    if message.parts:
        parts = [_input_part(part) for part in message.parts]
        yield {"type": "message", "role": message.role, "content": parts}
        return
    text = _encodable(message.text)
    if message.role == "assistant":
        if text:
            part = {"type": "output_text", "text": text, "annotations": []}
            yield {"type": "message", "role": "assistant", "content": [part]}
    else:
        yield {"type": "message", "role": message.role, "content": text}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "name": call.name,
            "arguments": _json(dict(call.args)),
            "call_id": call.id,
        }


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    text = part.get("text")
    return {**part, "text": _encodable(text)} if isinstance(text, str) else dict(part)


def _input_part(part: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a content part of chat completions into one of Responses."""
    match part.get("type"):
        case "text":
            return {"type": "input_text", "text": _encodable(str(part.get("text") or ""))}
        case "image_url":
            image = part.get("image_url")
            given = image if isinstance(image, Mapping) else {"url": image}
            detail = {"detail": given["detail"]} if "detail" in given else {}
            return {"type": "input_image", "image_url": given.get("url"), **detail}
        case "file":
            return {"type": "input_file", **dict(part.get("file") or {})}
        case _:
            return dict(part)


def _json(value: Any) -> str:
    return _encodable(json.dumps(value, ensure_ascii=False))


def _encodable(text: str) -> str:
    """Replace lone surrogates, which come from terminals and cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")
