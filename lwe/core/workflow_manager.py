"""The seed's import path of `WorkflowManager`."""

from lwe.faces.workflows import WorkflowManager as WorkflowManager

__all__ = ["WorkflowManager"]
