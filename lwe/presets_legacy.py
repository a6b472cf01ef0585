"""Reads what preset files of the seed's older releases mean; the files stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WITHOUT_N = "chat_openai"
"""Its server takes `n` no more; the seed has removed it for exactly this spelling."""


def upgraded(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return an old preset as it would be written today.

    Args:
        content: what a preset file holds.

    Returns:
        The mapping with `metadata` and `model_customizations`; None when there is nothing to
        change, or nothing that would make a preset of it.
    """
    flat = _is_flat(content)
    made = _parted(content) if flat else dict(content)
    metadata, customizations = made.get("metadata"), made.get("model_customizations")
    if not isinstance(metadata, Mapping) or not isinstance(customizations, Mapping):
        return None
    unwanted = {"streaming", "n"} if metadata.get("provider") == _WITHOUT_N else {"streaming"}
    if not flat and unwanted.isdisjoint(customizations):
        return None
    kept = {key: value for key, value in customizations.items() if key not in unwanted}
    return {**made, "metadata": dict(metadata), "model_customizations": kept}


def _is_flat(content: Mapping[str, Any]) -> bool:
    return "_type" in content and not {"metadata", "model_customizations"} & set(content)


def _parted(content: Mapping[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    customizations: dict[str, Any] = {}
    for key, value in content.items():
        if key == "_type":
            metadata["provider"] = value
        elif str(key).startswith("_"):
            metadata[str(key)[1:]] = value
        else:
            customizations[key] = value
    return {"metadata": metadata, "model_customizations": customizations}
