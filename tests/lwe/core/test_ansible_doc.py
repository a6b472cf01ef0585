"""A module of Ansible is described in the seed's Markdown, or the reason why not is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lwe.core import util
from lwe.errors import WorkflowError

DOC = {
    "stat": {
        "doc": {
            "short_description": "Looks at a file",
            "description": ["First.", "Second."],
            "options": {
                "path": {"description": ["Where."], "type": "path"},
                "follow": {"description": "Whether.", "default": False},
            },
            "attributes": {"check_mode": {"description": "Can run."}},
        },
        "examples": "\n- stat: {path: /}\n",
        "return": {"stat": {"description": ["Facts."], "type": "dict"}},
    }
}
SHORT = """The following is reference documentation for the Ansible 'stat' module.

Examples listed demonstrate how to use the module in an Ansible playbook.

# Description: Looks at a file

## Parameters

 * path
 * follow

##Attributes

 * check_mode

## Return values

 * stat

## Examples

```yaml
- stat: {path: /}
```
"""


@pytest.fixture
def ansible_doc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program of that name, which prints the description, where programs are found."""
    program = tmp_path / "ansible-doc"
    answer(program, json.dumps(DOC))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return program


def answer(program: Path, text: str, status: int = 0) -> None:
    program.write_text(f"#!/bin/sh\n/bin/cat <<'X'\n{text}\nX\necho why >&2\nexit {status}\n")
    program.chmod(0o700)


@pytest.mark.usefixtures("ansible_doc")
def test_the_short_form_names_things() -> None:
    assert util.ansible_doc_to_markdown("stat") == SHORT


@pytest.mark.usefixtures("ansible_doc")
def test_the_full_form_describes_them() -> None:
    text = util.ansible_doc_to_markdown("stat", full_doc=True)
    assert "\n\n## Purpose\n\n * First.\n * Second.\n\n\n## Parameters\n\n" in text
    assert "### path\n\n * Where.\n * Type: path\n\n" in text
    assert "### follow\n\n * Whether.\n * Default: False\n\n" in text
    assert "##Attributes\n\n### check_mode\n\nCan run.\n\n" in text
    assert "### stat\n\n * Facts.\n * Type: dict\n\n" in text


def test_a_module_may_return_nothing(ansible_doc: Path) -> None:
    bare = {"doc": {"short_description": "Bare"}, "examples": None, "return": None}
    answer(ansible_doc, json.dumps({"bare": bare}))
    assert "## Return values\n\n\n\n## Examples\n\n```yaml```" in util.ansible_doc_to_markdown(
        "bare"
    )


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("{}", 0, "knows no module 'stat'. Check the name"),
        ("{}", 3, "failed for 'stat': why"),
        ("no JSON", 0, "gave no answer for 'stat'"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    ansible_doc: Path, text: str, status: int, reason: str
) -> None:
    answer(ansible_doc, text, status)
    with pytest.raises(WorkflowError) as raised:
        util.ansible_doc_to_markdown("stat")
    assert reason in str(raised.value)


def test_without_ansible_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WorkflowError, match="Install ansible-core"):
        util.get_ansible_module_doc("stat")
