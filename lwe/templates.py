"""Prompt templates: found in folders, their variables listed, rendered in a sandbox."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwe import clip
from lwe.config.config import Config
from lwe.config.paths import reason
from lwe.errors import NotFound, TemplateError
from lwe.shelf import Shelf, copy_file

if TYPE_CHECKING:
    import jinja2

SYSTEM_TEMPLATES = Path(__file__).parent / "shipped" / "templates"
BUILTINS = ("clipboard",)
RENDER_SECONDS = 10.0
LARGEST_RESULT = 1_000_000
"""Characters or items that one product in a template may have."""
_FRONT_MATTER = re.compile(r"\A\s*^---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?(.*)\Z", re.S | re.M)
_NO_VARIABLES = ("description", "request_overrides")


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template's file, taken apart.

    Attributes:
        metadata: the front matter.
        body: what is rendered.
    """

    name: str
    path: Path
    metadata: Mapping[str, Any]
    body: str
    system: bool


@dataclass(frozen=True, slots=True)
class TemplateVariables:
    """The names that a template uses.

    Attributes:
        needed: those that have to be given, in the order of their appearance.
        given: those that the front matter gives, with their values.
        builtins: those that the program gives.
    """

    needed: tuple[str, ...]
    given: Mapping[str, Any]
    builtins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuiltTemplate:
    """A rendered template and how it wants to be asked."""

    text: str
    overrides: Mapping[str, Any] = field(default_factory=dict)


class Templates:
    """All templates of a profile.

    Args:
        config: names the folders.
    """

    def __init__(self, config: Config) -> None:
        folders = config.directories("templates")
        # The first folder wins, and a shelf's last one does.
        self._shelf = Shelf(
            (SYSTEM_TEMPLATES, *reversed(folders)), SYSTEM_TEMPLATES, folders[0], nested=True
        )
        self._temporary: Path | None = None

    def names(self) -> list[str]:
        """Return the names, relative to their folders, sorted."""
        return sorted(self._shelf.files())

    def describe(self, name: str) -> str:
        """Return a template's description, empty without one.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when its front matter cannot be read.
        """
        return str(self.source(name).metadata.get("description") or "")

    def raw(self, name: str) -> str:
        """Return the whole text of a template's file.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when it cannot be read as text.
        """
        path = self.path(name)
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = f"The template {path} cannot be read: {reason(error)}"
            raise TemplateError(said) from error

    def source(self, name: str) -> TemplateSource:
        """Take a template's file apart.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when its front matter cannot be read.
        """
        path = self.path(name)
        metadata, body = _split(self.raw(name), path)
        return TemplateSource(name, path, metadata, body, self._shelf.is_system(path))

    def variables(self, name: str) -> TemplateVariables:
        """List the variables of a template and of what it includes.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when it is no valid template.
        """
        source = self.source(name)
        given = {key: v for key, v in source.metadata.items() if key not in _NO_VARIABLES}
        with reported(name):
            used = list(dict.fromkeys(self._used(self._environment(), name, set())))
        return TemplateVariables(
            tuple(
                variable for variable in used if variable not in given and variable not in BUILTINS
            ),
            given,
            tuple(variable for variable in used if variable in BUILTINS),
        )

    def build(self, name: str, values: Mapping[str, Any] | None = None) -> BuiltTemplate:
        """Render a template; variables that nobody gives are empty.

        Args:
            values: variables; they win over the front matter's.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when it is no valid template, or rendering fails or takes too long.
        """
        wanted = self.variables(name)
        overrides = self.source(name).metadata.get("request_overrides") or {}
        if not isinstance(overrides, Mapping):
            raise TemplateError(f"The template {name}: 'request_overrides' has to be a mapping.")
        variables = {**wanted.given, **(values or {})}
        if "clipboard" in wanted.builtins and "clipboard" not in variables:
            variables["clipboard"] = clip.read()
        text = _in_time(name, lambda: self._render(name, variables))
        return BuiltTemplate(text.strip(), dict(overrides))

    # Files

    @property
    def temporary(self) -> Path:
        """The folder of templates that live no longer than this object, made on first use."""
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="lwe-temp-templates-"))
            weakref.finalize(self, _remove, self._temporary, os.getpid())
            folders = (self._temporary, *self._shelf.folders)
            self._shelf = replace(self._shelf, folders=folders)
        return self._temporary

    def add_temporary(self, text: str, suffix: str = "md") -> Path:
        """Make a template that lives no longer than this object.

        Raises:
            TemplateError: when it cannot be written.
        """
        try:
            handle, name = tempfile.mkstemp(f".{suffix}", dir=self.temporary)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            said = f"A temporary template cannot be written: {reason(error)}"
            raise TemplateError(said) from error
        return Path(name)

    def editable(self, name: str) -> Path:
        """Return the file in which a template is edited; a new one goes to the user's folder.

        Raises:
            ConfigError: when a new name would leave that folder.
            TemplateError: when it came with the program.
        """
        path = self._shelf.files().get(name)
        if path is None:
            return self._shelf.place(name)
        if self._shelf.is_system(path):
            raise TemplateError(f"{name} is a system template, and cannot be edited directly")
        return path

    def copy(self, old: str, new: str) -> tuple[Path, Path]:
        """Copy a template, beside itself or from the program's into the user's folder.

        Returns:
            The file and its copy.

        Raises:
            NotFound: when there is no such template.
            ConfigError: when the new name would leave the folder or is taken, or the copy cannot
                be written.
        """
        source = self.path(old)
        folder = self._shelf.home if self._shelf.is_system(source) else source.parent
        target = replace(self._shelf, home=folder).place(new)
        copy_file(source, target)
        return source, target

    def delete(self, path: Path) -> None:
        """Remove the file of a template of the user.

        Raises:
            TemplateError: when it is none, came with the program, or cannot be removed.
        """
        if path not in self._shelf.files().values() or self._shelf.is_system(path):
            raise TemplateError(f"{path} is no template of yours, and stays.")
        try:
            path.unlink()
        except OSError as error:
            raise TemplateError(f"{path} cannot be deleted: {reason(error)}") from error

    def environment(self) -> jinja2.Environment:
        """Return a sandbox that reads the files as they are, front matter included."""
        from jinja2 import FileSystemLoader

        return _sandbox()(loader=FileSystemLoader([*reversed(self._shelf.folders)]))

    def _render(self, name: str, variables: Mapping[str, Any]) -> str:
        with reported(name):
            return self._environment().get_template(name).render(variables)

    def path(self, name: str) -> Path:
        """Return a template's file.

        Raises:
            NotFound: when there is no such template.
        """
        files = self._shelf.files()
        if name not in files:
            raise NotFound("Template", name, files)
        return files[name]

    def _environment(self) -> jinja2.Environment:
        from jinja2 import FunctionLoader

        return _sandbox()(loader=FunctionLoader(self._load))

    def _load(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        files = self._shelf.files()
        if name not in files:
            return None
        return self.source(name).body, str(files[name]), lambda: True

    def _used(self, environment: jinja2.Environment, name: str, seen: set[str]) -> Iterator[str]:
        from jinja2 import meta, nodes

        seen.add(name)
        tree = environment.parse(self.source(name).body, name)
        undeclared = meta.find_undeclared_variables(tree)
        for node in tree.find_all(nodes.Name):
            if node.name in undeclared:
                yield node.name
        for included in meta.find_referenced_templates(tree):
            if included and included not in seen and included in self._shelf.files():
                yield from self._used(environment, included, seen)


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # A forked child ends too, and its parent's files are not its own.
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def reported(name: str) -> Iterator[None]:
    """Raise errors of Jinja, and of what a template does, as `TemplateError`."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    try:
        yield
    except (NotFound, TemplateError):
        raise
    except TemplateNotFound as error:
        raise TemplateError(f"The template {name} needs '{error}', which is not there.") from error
    except TemplateSyntaxError as error:
        # Where it looks up names, Jinja calls a template after what it does with it.
        where = error.name if error.name and not error.name.startswith("<") else name
        raise TemplateError(
            f"The template {where}, line {error.lineno}: {error.message}"
        ) from error
    except Exception as error:  # a template is somebody's code: it may raise anything
        reason = str(error) or type(error).__name__
        raise TemplateError(f"The template {name}: {reason}") from error


@cache
def _sandbox() -> type[jinja2.Environment]:
    """Make the class of the environment; Jinja is imported for the first template only."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """Jinja's sandbox, which also refuses single steps that fill the memory.

        Such a step runs inside the interpreter, where no time limit reaches it.
        """

        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if _result_size(operator, left, right) > LARGEST_RESULT:
                raise OverflowError(f"the result of '{operator}' would be too large")
            return super().call_binop(context, operator, left, right)

    return Sandbox


def _result_size(operator: str, left: Any, right: Any) -> float:
    """Estimate the characters of a product or a power."""
    if operator == "**":
        integers = isinstance(left, int) and isinstance(right, int)
        return left.bit_length() * right / 3 if integers else 0
    sizes = [
        value if isinstance(value, int) else len(value)
        for value in (left, right)
        if isinstance(value, int | str | list | tuple)
    ]
    both_numbers = isinstance(left, int) and isinstance(right, int)
    return 0 if both_numbers or len(sizes) < 2 else sizes[0] * sizes[1]


def _split(text: str, path: Path) -> tuple[dict[str, Any], str]:
    matched = _FRONT_MATTER.match(text)
    if not matched:
        return {}, text
    import yaml

    try:
        metadata = yaml.safe_load(matched[1])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        reason = getattr(error, "problem", None) or error
        raise TemplateError(f"The front matter of {path}{line}: {reason}") from error
    if metadata is None:
        return {}, matched[2]
    if not isinstance(metadata, dict):
        raise TemplateError(f"The front matter of {path} has to be a mapping.")
    return metadata, matched[2]


def _in_time(name: str, render: Callable[[], str]) -> str:
    """Render in a thread: a sandbox bounds what a template touches, not how long it takes."""
    outcome: list[str | Exception] = []

    def run() -> None:
        try:
            outcome.append(render())
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            outcome.append(error)
        except SystemExit:
            return  # The time was up.

    thread = threading.Thread(target=run, daemon=True, name="template")
    thread.start()
    thread.join(RENDER_SECONDS)
    if not outcome:
        _end(thread)
        raise TemplateError(f"The template {name} took more than {RENDER_SECONDS:g} s to render.")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _end(thread: threading.Thread) -> None:
    """End a thread that would go on for ever, at its next step."""
    import ctypes

    identity = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(identity, ctypes.py_object(SystemExit))
