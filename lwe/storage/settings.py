"""What is set for one conversation, and which tools may run without a question."""

from __future__ import annotations

import json
from typing import Any

from lwe.domain import Policy
from lwe.errors import NotFound
from lwe.storage import rows
from lwe.storage.part import Part


class Settings(Part):
    """Choices that are kept."""

    def tool_policies(self, conversation_id: int | None = None) -> dict[str, Policy]:
        """Return what was decided about tools, by their names.

        Args:
            conversation_id: whose decisions count before those that count everywhere.
        """
        found = self._database.rows(
            """SELECT tool, policy FROM tui_tool_policy
            WHERE conversation_id IS NULL OR conversation_id = ? ORDER BY conversation_id""",
            (conversation_id,),
        )
        return {row["tool"]: row["policy"] for row in found}

    def set_tool_policy(
        self, tool: str, policy: Policy | None, conversation_id: int | None = None
    ) -> None:
        """Keep what was decided about a tool.

        Args:
            policy: None takes the decision back.
            conversation_id: where it counts; None for everywhere.

        Raises:
            NotFound: when there is no such conversation.
        """
        tool = rows.storable(tool)
        with self._database.story():
            self._check(conversation_id)
            self._database.change(
                "DELETE FROM tui_tool_policy WHERE conversation_id IS ? AND tool = ?",
                (conversation_id, tool),
            )
            if policy is not None:
                self._database.insert(
                    "tui_tool_policy", conversation_id=conversation_id, tool=tool, policy=policy
                )

    def conversation_settings(self, conversation_id: int) -> dict[str, Any]:
        """Return what is set for a conversation, by name."""
        found = self._database.rows(
            "SELECT name, value FROM tui_conversation_setting WHERE conversation_id = ?",
            (conversation_id,),
        )
        return {row["name"]: json.loads(row["value"]) for row in found}

    def set_conversation_setting(self, conversation_id: int, name: str, value: Any) -> None:
        """Set something for a conversation.

        Args:
            value: anything that JSON can hold; None takes the setting away.

        Raises:
            NotFound: when there is no such conversation.
        """
        with self._database.story():
            self._check(conversation_id)
            self._database.change(
                "DELETE FROM tui_conversation_setting WHERE conversation_id = ? AND name = ?",
                (conversation_id, name),
            )
            if value is not None:
                self._database.insert(
                    "tui_conversation_setting",
                    conversation_id=conversation_id,
                    name=name,
                    value=json.dumps(value),
                )

    def _check(self, conversation_id: int | None) -> None:
        if conversation_id is None:
            return
        found = self._database.row("SELECT 1 FROM conversation WHERE id = ?", (conversation_id,))
        if found is None:
            raise NotFound("Conversation", conversation_id)
