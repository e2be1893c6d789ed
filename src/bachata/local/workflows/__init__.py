"""Google Cloud Workflows on this machine: a strict subset that refuses whatever the cloud might treat differently.

>>> execute("- hello: {return: '${\"Hello \" + \"world\"}'}", None)
'Hello world'
"""

from . import connectors, http, retry  # noqa: F401 - importing them registers their functions
from .engine import Execution, check, execute, load
from .errors import Problem, WorkflowCancelled, WorkflowFailed, WorkflowInvalid
from .executions import ExecutionsServer
from .model import Workflow

__all__ = [
    "Execution",
    "ExecutionsServer",
    "Problem",
    "Workflow",
    "WorkflowCancelled",
    "WorkflowFailed",
    "WorkflowInvalid",
    "check",
    "execute",
    "load",
]
