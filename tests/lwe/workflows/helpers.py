"""A stand-in for `ansible-playbook`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PLAY = "- hosts: localhost\n  tasks:\n    - debug: {msg: hi}\n"


def stub(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an executable of that name on the path; a shell runs the script."""
    program = folder / "ansible-playbook"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin:/bin")
