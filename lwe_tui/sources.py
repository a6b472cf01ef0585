"""What may answer, seen from the app: keys, endpoints, the embedded model."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from lwe.domain import Preset
from lwe.errors import LweError
from lwe.state import State
from lwe_tui.discovery import LocalServer
from lwe_tui.room import apart
from lwe_tui.session import Session

LOG = logging.getLogger("lwe.sources")
COMPATIBLE = "chat_openai_compat"
NO_KEY = "none"
"""Said explicitly: without a word, the key of the environment would be sent, which is another's."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation is answered, and with which key.

    Attributes:
        variable: under which the key is kept.
        key: empty when there is none.
        found: whether what is kept there is used as things are.
    """

    base_url: str
    variable: str
    key: str
    found: bool


class Sources:
    """Makes something that can answer out of what a user names.

    Args:
        session: the door to the library.
    """

    def __init__(self, session: Session) -> None:
        self.session = session

    async def use_provider(self, state: State, name: str, model: str = "") -> State:
        """Return the state with a provider and no preset."""
        return await self.session.ask(
            lambda: self.session.engine.states.set_provider(state, name, model)
        )

    async def use_server(self, state: State, server: LocalServer) -> State:
        """Return the state that asks a server that was found.

        It becomes a preset without a file, by whose name a later start finds it again.
        """
        metadata = {"description": f"{server.label} on this machine", "provider": COMPATIBLE}
        customizations = {
            "model_name": server.model,
            "openai_api_base": server.base_url,
            "openai_api_key": NO_KEY,
        }

        def use() -> State:
            presets = self.session.engine.presets
            name = slug(server.label)
            if any(preset.name == name and preset.path for preset in presets.all()):
                name = f"{name}-found"  # The user's file may mean another server.
            presets.offer(Preset(name, metadata, customizations))
            return self.session.engine.states.activate_preset(state, name)

        return await self.session.ask(use)

    async def list_models(self, base_url: str, key: str) -> list[str]:
        """Return the models of an endpoint.

        Raises:
            ProviderError: when it cannot be reached or refuses the key.
        """
        from lwe.providers.probe import list_models

        return await apart(list_models, base_url, key)

    async def keep_key(self, variable: str, key: str) -> None:
        """Keep a key in the profile, under the name of an environment variable."""

        def keep() -> None:
            from pathlib import Path

            from lwe.config import secrets

            secrets.keep(Path(self.session.backend.config.config_profile_dir), variable, key)

        await self.session.ask(keep)

    async def add_endpoint(self, base_url: str, key: str, model: str) -> str:
        """Test an endpoint and save it as a preset, which becomes the user's default.

        Args:
            model: empty for the first model that the endpoint lists.

        Returns:
            The preset's name.

        Raises:
            LweError: when the endpoint does not answer, or lacks the model.
        """
        models = await self.list_models(base_url, key)
        name = slug(base_url.partition("://")[2])
        customizations = {"model_name": model or models[0], "openai_api_base": base_url}
        if key:
            variable = f"LWE_KEY_{name.upper().replace('-', '_')}"
            await self.keep_key(variable, key)
            customizations["api_key_env_var"] = variable
        else:
            customizations["openai_api_key"] = NO_KEY
        metadata = {"description": f"Endpoint {base_url}", "provider": COMPATIBLE}

        def save() -> None:
            engine, user = self.session.engine, self.session.backend.current_user
            engine.presets.save(name, metadata, customizations)
            if user is not None:
                engine.store.set_default_preset(user.id, name)

        await self.session.ask(save)
        return name

    async def address(self, state: State) -> Address | None:
        """Return where a state's questions go; None when a base URL does not decide that."""

        def find() -> Address | None:
            from lwe.providers.addresses import address_of

            found = address_of(self.session.engine.providers.get(state.provider), state)
            if found is None:
                return None
            given = state.customizations
            named = str(given.get("api_key_env_var") or "")
            by_itself = found.key_variable if not given.get("openai_api_key") else ""
            own = f"LWE_KEY_{slug(found.base_url.partition('://')[2]).upper().replace('-', '_')}"
            variable = named or by_itself or own
            return Address(found.base_url, variable, found.api_key, variable != own)

        return await self.session.ask(find)

    async def put_key(self, state: State, address: Address, key: str) -> tuple[State, str]:
        """Keep another key for an address, and use it from now on.

        Returns:
            The state, and a warning when the environment's key comes before the kept one.
        """

        def put() -> tuple[State, str]:
            from pathlib import Path

            from lwe.config import secrets

            variable, folder = (
                address.variable,
                Path(self.session.backend.config.config_profile_dir),
            )
            outside = os.environ.get(variable, "") not in ("", secrets.kept(folder, variable))
            secrets.keep(folder, variable, key)
            warning = (
                f" The environment sets {variable} too, which wins at the next start: change it."
            )
            made = state if address.found else self._put(state, "api_key_env_var", variable)
            return made, warning if outside else ""

        return await self.session.ask(put)

    async def put_url(self, state: State, base_url: str) -> State:
        """Ask another base URL from now on, also where the preset is used again."""
        return await self.session.ask(lambda: self._put(state, "openai_api_base", base_url))

    async def put_model(self, state: State, model: str) -> State:
        """Ask another model in this conversation."""
        return await self.session.ask(lambda: self.session.engine.states.set_model(state, model))

    def _put(self, state: State, name: str, value: str) -> State:
        """Change a parameter, in the preset's file too if it is the user's; inside the room."""
        engine = self.session.engine
        made = engine.parameters.changed(state, name, value)
        if not state.preset:
            return made
        try:
            engine.presets.change(state.preset, f"model_customizations.{name}", value)
        except LweError as error:  # It has no file of the user's: the change lasts for now.
            LOG.info("a preset is as it was: %s", error)
            return made
        return engine.parameters.changed(state, name, value)

    async def local_model_problem(self) -> str:
        """Say why the embedded model cannot run on this machine, empty when it can."""
        from lwe.providers import local_model

        return await apart(local_model.problem)

    async def local_model_here(self) -> bool:
        """Say whether the embedded model can answer now."""
        from lwe.providers import local_model

        def here() -> bool:
            return local_model.find() is not None and not local_model.problem()

        return await apart(here)

    def fetch_local_model(
        self, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
    ) -> object:
        """Fetch the embedded model's weights; blocking.

        Raises:
            LweError: when they cannot be had.
        """
        from lwe.providers import local_model

        return local_model.find() or local_model.fetch(progress, cancelled)


def slug(text: str) -> str:
    """Return a text as a file's name: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
