"""A tool that says by a JSON schema of its own what it takes: a list of objects."""

from typing import Any

from lwe.core.tool import Tool

_TASK = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "description": "What is to be done, as an order"},
        "who": {"type": "string", "description": "Who does it; empty if nobody is named"},
        "due": {"type": "string", "description": "The day as YYYY-MM-DD; empty if none is named"},
    },
    "required": ["title"],
}


class CollectTasks(Tool):
    """Receives tasks that a model found in a text, as data that a script can use."""

    def get_config(self) -> dict[str, Any]:
        """Return what the model is told, instead of what the signature would say."""
        tasks = {"type": "array", "description": "All tasks in the text", "items": _TASK}
        return {
            "name": "collect_tasks",
            "description": "Collect the tasks that were found in a text",
            "parameters": {"type": "object", "properties": {"tasks": tasks}, "required": ["tasks"]},
        }

    def __call__(self, tasks: list[dict[str, Any]]) -> dict[str, Any]:
        """Order the tasks by day, those without one last, and leave out empty ones."""
        found = [
            {key: str(task.get(key) or "").strip() for key in ("title", "who", "due")}
            for task in tasks
        ]
        kept = [task for task in found if task["title"]]
        kept.sort(key=lambda task: task["due"] or "9999")
        return {"tasks": kept, "message": f"Collected {len(kept)} tasks."}
