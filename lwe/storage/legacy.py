"""What old databases of the seed meant: models without a provider, and calls of functions."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PROVIDERS: Mapping[str, list[str]] = {
    "ai21": [
        "j2-large",
        "j2-grande",
        "j2-jumbo",
        "j2-large-instruct",
        "j2-grande-instruct",
        "j2-jumbo-instruct",
    ],
    "chat_openai": [
        "gpt-3.5-turbo",
        "gpt-3.5-turbo-0301",
        "gpt-4",
        "gpt-4-0314",
        "gpt-4-32k",
        "gpt-4-32k-0314",
    ],
    "cohere": [
        "base",
        "base-light",
        "command",
        "command-light",
        "summarize-medium",
        "summarize-xlarge",
    ],
    "huggingface_hub": [
        "bert-base-uncased",
        "bert-base-cased",
        "gpt2",
        "xlm-roberta-base",
        "xlm-roberta-large",
        "roberta-base",
        "microsoft/layoutlmv3-base",
        "t5-base",
        "distilbert-base-uncased",
        "google/flan-t5-xl",
    ],
    "openai": [
        "text-ada-001",
        "text-babbage-001",
        "text-curie-001",
        "text-davinci-001",
        "text-davinci-002",
        "text-davinci-003",
    ],
}
"""Whose a model was while conversations named only the model."""
_ID_LENGTH = 24
_ID_LETTERS = string.ascii_letters + string.digits
Row = Mapping[str, Any]


def tool_rows(found: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield rows of function calls and results as rows of tool calls and results.

    What cannot be read becomes the text that it is.

    Args:
        found: `function_call` and `function_response` rows, conversation by conversation.
    """
    place, call_id, call_name = None, "", ""
    for row in found:
        if row["conversation_id"] != place:
            place, call_id, call_name = row["conversation_id"], "", ""
        try:
            if row["message_type"] == "function_response":
                yield {**row, **_result(row, call_id, call_name)}
                continue
            call_id = "call_" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
            call = _call(row, call_id)
            call_name = str(call["name"])
            yield {**row, "message": json.dumps([call]), "message_type": "tool_call"}
        except (ValueError, TypeError, KeyError):
            role = "assistant" if row["role"] == "function" else row["role"]
            yield {**row, "role": role, "message_type": "content", "message_metadata": None}


def _call(row: Row, call_id: str) -> dict[str, Any]:
    call = dict(json.loads(row["message"]))
    arguments = call.pop("arguments", {})
    # OpenAI's own format has the arguments as text.
    call["args"] = dict(json.loads(arguments) if isinstance(arguments, str) else arguments)
    call["name"] = str(call["name"])
    call["id"] = call_id
    return call


def _result(row: Row, call_id: str, call_name: str) -> dict[str, Any]:
    json.loads(row["message"])
    about = dict(json.loads(row["message_metadata"] or "{}"))
    about.setdefault("name", call_name)
    if call_id:
        about["id"] = call_id
    return {"role": "tool", "message_type": "tool_response", "message_metadata": json.dumps(about)}
