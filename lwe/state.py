"""Where we are: who asks, in which conversation, with which model; a change makes a copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwe.domain import Origin, User, model_in


@dataclass(frozen=True, slots=True)
class State:
    """Everything that decides how the next turn is asked.

    Attributes:
        user: who asks; None means that nothing is stored.
        conversation_id: the open conversation, None before its first message.
        title: that conversation's title.
        preset: name of the active preset, empty without one.
        provider: full plugin name of the provider.
        customizations: the provider's parameters, `model_name` among them.
        system_message: text that opens a new conversation.
        max_submission_tokens: bound on what is sent, None for the model's own.
        changed: whether the parameters differ from those of the preset's file.
    """

    user: User | None = None
    conversation_id: int | None = None
    title: str | None = None
    preset: str = ""
    preset_metadata: Mapping[str, Any] = field(default_factory=dict)
    provider: str = ""
    customizations: Mapping[str, Any] = field(default_factory=dict)
    system_message: str = ""
    max_submission_tokens: int | None = None
    changed: bool = False

    @property
    def model(self) -> str:
        """The model that will be asked, empty when the provider names none."""
        return model_in(self.customizations)

    @property
    def stored_preset(self) -> str:
        """The preset's name as it is stored with messages."""
        return str(self.preset_metadata.get("name") or self.preset)

    @property
    def origin(self) -> Origin:
        """What is stored with each message that is asked from here."""
        return Origin(provider=self.provider, model=self.model, preset=self.stored_preset)
