"""`TemplateManager`: the seed's answering object over `lwe.templates`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lwe import clip
from lwe.config.config import Config
from lwe.config.paths import made
from lwe.errors import TemplateError
from lwe.faces.door import Answer, answers
from lwe.templates import SYSTEM_TEMPLATES, Templates, reported

if TYPE_CHECKING:
    import jinja2


@dataclass(frozen=True, slots=True)
class Post:
    """A template's file, taken apart: front matter and text.

    Attributes:
        content: the text without the front matter.
        metadata: the front matter; also reached as `post["key"]`.
    """

    content: str
    metadata: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        """Return a value of the front matter."""
        return self.metadata[key]

    def __contains__(self, key: object) -> bool:
        """Say whether the front matter has a key."""
        return key in self.metadata

    def __str__(self) -> str:
        """Return the text."""
        return self.content

    def get(self, key: str, default: Any = None) -> Any:
        """Return a value of the front matter, or something else when it is not there."""
        return self.metadata.get(key, default)


class TemplateManager:
    """Finds, renders, copies and deletes templates.

    Args:
        config: names the folders; the default profile's without one.
        templates: the part that does the work, so that several may share one.
    """

    def __init__(self, config: Config | None = None, *, templates: Templates | None = None) -> None:
        self.config = config or Config()
        self.log = logging.getLogger("lwe.templates")
        self.user_template_dirs = [str(folder) for folder in self.config.directories("templates")]
        self.system_template_dirs = [str(SYSTEM_TEMPLATES)]
        self._part = templates or Templates(self.config)
        self._names: list[str] | None = None
        self.make_user_template_dirs()

    # What is where

    @property
    def templates(self) -> list[str]:
        """The names, relative to their folders, when they were last loaded."""
        if self._names is None:
            self._names = self._part.names()
        return self._names

    @property
    def temp_template_dir(self) -> str:
        """The folder of this object's temporary templates."""
        return self.make_temp_template_dir()

    @property
    def all_template_dirs(self) -> list[str]:
        """The folders, in which the first file of a name wins."""
        return [*self.user_template_dirs, *self.system_template_dirs, self.temp_template_dir]

    @cached_property
    def templates_env(self) -> jinja2.Environment:
        """The environment that reads the files as they are, front matter included."""
        self.make_temp_template_dir()
        return self._part.environment()

    def make_user_template_dirs(self) -> None:
        """Make the user's folders that are not there.

        Raises:
            ConfigError: when one cannot be made.
        """
        for folder in self.user_template_dirs:
            made(Path(folder))

    def make_temp_template_dir(self) -> str:
        """Make the folder of temporary templates, which is removed at the end of the process."""
        return str(self._part.temporary)

    def load_templates(self) -> None:
        """Look again which templates there are."""
        self._names = self._part.names()

    def is_system_template(self, filepath: str | Path) -> bool:
        """Say whether a file came with the program."""
        return Path(filepath).is_relative_to(SYSTEM_TEMPLATES)

    def ensure_template(self, template_name: str) -> Answer:
        """Find a template; `(True, name, message)`."""
        if not template_name:
            return False, None, "No template name specified"
        self.load_templates()
        if template_name not in self.templates:
            return False, template_name, f"Template '{template_name}' not found"
        return True, template_name, f"Template {template_name} exists"

    # Reading

    @answers
    def get_raw_template(self, template_name: str) -> Answer:
        """Read a template's file; `(True, text, message)`."""
        return self._found(template_name, self._part.raw, "Retrieved raw template")

    @answers
    def get_template_source(self, template_name: str) -> Answer:
        """Take a template's file apart; `(True, Post, message)`."""

        def taken_apart(name: str) -> Post:
            source = self._part.source(name)
            return Post(source.body.strip(), dict(source.metadata))

        return self._found(template_name, taken_apart, "Loaded template source")

    @answers
    def get_template_variables_substitutions(self, template_name: str) -> Answer:
        """Prepare rendering; `(True, (template, variables, values of builtins), message)`."""

        def prepared(name: str) -> tuple[jinja2.Template, set[str], dict[str, Any]]:
            template, variables = self._template(name)
            return template, variables, self.process_template_builtin_variables(name, variables)

        return self._found(template_name, prepared, "Loaded template substitutions")

    @answers
    def render_template(self, template_name: str) -> Answer:
        """Render the whole file, with nothing but the builtins given; `(True, text, message)`."""

        def rendered(name: str) -> str:
            template, variables = self._template(name)
            values = self.process_template_builtin_variables(name, variables)
            with reported(name):
                return template.render(**values)

        success, answer, message = self._found(template_name, rendered, "Rendered template")
        return success, answer if success else template_name, message

    def get_template_and_variables(
        self, template_name: str
    ) -> tuple[jinja2.Template | None, set[str] | None]:
        """Return Jinja's template and the names it uses, `(None, None)` when there is none.

        Raises:
            TemplateError: when it is no valid template.
        """
        if not self.ensure_template(template_name)[0]:
            return None, None
        return self._template(template_name)

    def build_message_from_template(
        self, template_name: str, substitutions: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Render a template's text; returns it and what its front matter overrides.

        Raises:
            NotFound: when there is no such template.
            TemplateError: when it is no valid template.
        """
        built = self._part.build(template_name, substitutions)
        return built.text, {"request_overrides": dict(built.overrides)} if built.overrides else {}

    def template_builtin_variables(self) -> dict[str, Callable[[], str]]:
        """Return the variables that the program gives, with what makes their values."""
        return {"clipboard": clip.read}

    def process_template_builtin_variables(
        self, template_name: str, variables: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Return the values of those builtin variables that a template uses."""
        used = set(variables or ())
        builtins = self.template_builtin_variables()
        return {name: make() for name, make in builtins.items() if name in used}

    def extract_metadata_keys(
        self, keys: Iterable[str], metadata: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Take keys out of a mapping; returns it and what was taken."""
        return metadata, {key: metadata.pop(key) for key in keys if key in metadata}

    def extract_template_run_overrides(
        self, metadata: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Take out of a front matter what is no variable; returns it and the overrides."""
        metadata, overrides = self.extract_metadata_keys(["request_overrides"], metadata)
        metadata.pop("description", None)
        return metadata, overrides

    # Writing

    @answers
    def get_template_editable_filepath(self, template_name: str) -> Answer:
        """Return where a template is edited, or a new one would be; `(True, path, message)`."""
        if not template_name:
            return False, template_name, "No template name specified"
        try:
            path = self._part.editable(template_name)
        except TemplateError as error:
            return False, template_name, str(error)
        return True, str(path), f"Template {path} can be edited"

    @answers
    def copy_template(self, old_name: str, new_name: str) -> Answer:
        """Copy a template, a system one into the user's folder; `(True, new path, message)`."""
        if not self.ensure_template(old_name)[0]:
            return False, old_name, f"{old_name} does not exist"
        old, new = self._part.copy(old_name, new_name)
        self.load_templates()
        return True, str(new), f"Copied template {old} to {new}"

    @answers
    def template_can_delete(self, template_name: str) -> Answer:
        """Say whether a template is the user's own; `(True, path, message)`."""
        if not template_name:
            return False, template_name, "No template name specified"
        if not self.ensure_template(template_name)[0]:
            return False, template_name, f"{template_name} does not exist"
        path = self._part.path(template_name)
        if self.is_system_template(path):
            return False, str(path), f"{path} is a system template, and cannot be deleted"
        return True, str(path), f"Template {path} can be deleted"

    @answers
    def template_delete(self, filename: str | Path) -> Answer:
        """Remove a template's file; `(True, path, message)`."""
        self._part.delete(Path(filename))
        self.load_templates()
        return True, str(filename), f"Deleted {filename}"

    def make_temp_template(self, template_contents: str, suffix: str = "md") -> tuple[str, str]:
        """Make a template that ends with the process; returns its name and path.

        Raises:
            TemplateError: when it cannot be written.
        """
        path = self._part.add_temporary(template_contents, suffix)
        return path.name, str(path)

    def remove_temp_template(self, template_name: str) -> None:
        """Remove a temporary template; one that is gone is fine."""
        with suppress(FileNotFoundError):
            (self._part.temporary / Path(template_name).name).unlink()

    # Below

    def _found(self, name: str, read: Callable[[str], Any], said: str) -> Answer:
        found, answer, message = self.ensure_template(name)
        return (True, read(name), f"{said}: {name}") if found else (False, answer, message)

    def _template(self, name: str) -> tuple[jinja2.Template, set[str]]:
        from jinja2 import meta

        with reported(name):
            template = self.templates_env.get_template(name)
            tree = self.templates_env.parse(self._part.raw(name), name)
            return template, meta.find_undeclared_variables(tree)
