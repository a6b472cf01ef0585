"""Describes a module of Ansible as Markdown, for prompts about playbooks."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lwe.errors import WorkflowError

Entry = Mapping[str, Any]
_TIME_LIMIT = 60.0


def get_ansible_module_doc(module_name: str) -> dict[str, Any]:
    """Return what `ansible-doc --json` tells about a module.

    Raises:
        WorkflowError: when Ansible is not there, does not know the module or says no JSON.
    """
    command = ["ansible-doc", "-t", "module", module_name, "--json"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_TIME_LIMIT
        )
        loaded: dict[str, Any] = json.loads(done.stdout, strict=False)
    except FileNotFoundError as error:
        raise WorkflowError("ansible-doc was not found. Install ansible-core.") from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr or "").strip() or f"exit status {error.returncode}"
        raise WorkflowError(f"ansible-doc failed for '{module_name}': {reason}") from error
    except (json.JSONDecodeError, subprocess.TimeoutExpired) as error:
        raise WorkflowError(
            f"ansible-doc gave no answer for '{module_name}': {error}. Try it in a shell."
        ) from error
    return loaded


def ansible_doc_to_markdown(module_name: str, full_doc: bool = False) -> str:
    """Describe a module of Ansible as Markdown.

    Args:
        module_name: short or full name.
        full_doc: with descriptions, types and defaults; without it names alone.

    Raises:
        WorkflowError: when Ansible is not there or does not know the module.
    """
    described = get_ansible_module_doc(module_name)
    found = described.get(module_name) or next(iter(described.values()), None)
    if not found:
        raise WorkflowError(f"Ansible knows no module '{module_name}'. Check the name.")
    return "".join(_parts(module_name, found, full_doc))


def _parts(name: str, found: Entry, full: bool) -> Iterator[str]:
    doc = found["doc"]
    yield f"The following is reference documentation for the Ansible {name!r} module.\n\n"
    yield "Examples listed demonstrate how to use the module in an Ansible playbook.\n\n"
    yield f"# Description: {doc['short_description']}"
    if full:
        yield "\n\n## Purpose\n\n" + _bullets(doc["description"])
    # The seed's headings, one of them without a space, as prompts quote them.
    yield "\n\n## Parameters\n\n" + _section(doc.get("options"), full, _parameter)
    yield "\n\n##Attributes\n\n" + _section(doc.get("attributes"), full, _attribute)
    yield "\n\n## Return values\n\n" + _section(found.get("return"), full, _returned)
    yield f"\n\n## Examples\n\n```yaml{found.get('examples') or ''}```\n"


def _section(entries: Mapping[str, Entry] | None, full: bool, text: Callable[[Entry], str]) -> str:
    entries = entries or {}
    if not full:
        return "\n".join(f" * {name}" for name in entries)
    return "".join(f"### {name}\n\n{text(entry)}\n" for name, entry in entries.items())


def _parameter(entry: Entry) -> str:
    text = _bullets(entry["description"])
    for key in ("type", "default"):
        if key in entry:
            text += f" * {key.capitalize()}: {entry[key]}\n"
    return text


def _attribute(entry: Entry) -> str:
    told = entry["description"]
    return _bullets(told) if isinstance(told, list) else f"{told}\n"


def _returned(entry: Entry) -> str:
    return f"{_attribute(entry)} * Type: {entry['type']}\n"


def _bullets(lines: list[str] | str) -> str:
    return "".join(f" * {line}\n" for line in ([lines] if isinstance(lines, str) else lines))
