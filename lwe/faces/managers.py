"""The part of `ApiBackend` that holds the seed's manager objects, each made on first use."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lwe.faces.door import Answer
from lwe.faces.part import BackendPart

if TYPE_CHECKING:
    from lwe.faces.cache import CacheManager
    from lwe.faces.conversations import ConversationManager
    from lwe.faces.messages import MessageManager
    from lwe.faces.orm import Orm
    from lwe.faces.plugins import PluginManager
    from lwe.faces.presets import PresetManager
    from lwe.faces.providers import ProviderManager
    from lwe.faces.templates import TemplateManager
    from lwe.faces.tools import ToolManager
    from lwe.faces.users import UserManager
    from lwe.faces.workflows import WorkflowManager


class Managers(BackendPart):
    """The seed's managers as thin faces over the engine's parts."""

    @cached_property
    def orm(self) -> Orm:
        """The database, as far as the seed's scripts reach it."""
        from lwe.faces.orm import Orm

        return Orm(self.config, self.engine.store)

    @cached_property
    def user_manager(self) -> UserManager:
        """Users: registered, logged in, edited, deleted."""
        from lwe.faces.users import UserManager

        return UserManager(self.config, self.orm)

    @cached_property
    def conversation(self) -> ConversationManager:
        """Conversations by id."""
        from lwe.faces.conversations import ConversationManager

        return ConversationManager(self.config, self.orm)

    @cached_property
    def message(self) -> MessageManager:
        """Messages by id."""
        from lwe.faces.messages import MessageManager

        return MessageManager(self.config, self.orm)

    @cached_property
    def cache_manager(self) -> CacheManager:
        """Files of the cache folders."""
        from lwe.faces.cache import CacheManager

        return CacheManager(self.config)

    @cached_property
    def preset_manager(self) -> PresetManager:
        """Presets as the seed's pairs."""
        from lwe.faces.presets import PresetManager

        return PresetManager(self.config, presets=self.engine.presets)

    @cached_property
    def template_manager(self) -> TemplateManager:
        """Templates by name."""
        from lwe.faces.templates import TemplateManager

        return TemplateManager(self.config, templates=self.engine.templates)

    @cached_property
    def tool_manager(self) -> ToolManager:
        """Tools by name."""
        from lwe.faces.tools import ToolManager

        return ToolManager(self.config, toolbox=self.engine.tools)

    @cached_property
    def plugin_manager(self) -> PluginManager:
        """Plugins by name."""
        from lwe.faces.plugins import PluginManager

        return PluginManager(self.config, self, self.cache_manager, parts=self.engine.plugins)

    @cached_property
    def provider_manager(self) -> ProviderManager:
        """Providers by name."""
        from lwe.faces.providers import ProviderManager

        return ProviderManager(self.config, self.plugin_manager, self.engine.providers)

    @cached_property
    def workflow_manager(self) -> WorkflowManager:
        """Workflows by name."""
        from lwe.faces.workflows import WorkflowManager

        return WorkflowManager(self.config)

    def reload_plugin(self, plugin_name: str) -> Answer:
        """Load a plugin again, and its list of models; `(True, plugin, message)`."""
        return self.plugin_manager.reload_plugin(plugin_name)


MANAGERS = tuple(name for name, made in vars(Managers).items() if isinstance(made, cached_property))
"""What is made anew when the configuration is read again."""
