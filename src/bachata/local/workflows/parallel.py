"""Branches at the same time: at most so many, all run to their end, their errors reported together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from .errors import WorkflowCancelled, WorkflowError
from .values import Value


def run(work: Iterable[tuple[str, Callable[[], object]]], limit: int) -> None:
    """Run every (id, branch) with `limit` threads. Policy continueAll: one failing branch does not stop the others.

    Raises UnhandledBranchError with the errors of all failed branches in their order; WorkflowCancelled; or what a
    branch raised that is no error of the workflow.
    """
    lock = threading.Lock()
    queue = iter(enumerate(work))
    failures: dict[int, Value] = {}
    fatal: list[BaseException] = []

    def worker() -> None:
        while not fatal:
            try:
                with lock:
                    entry = next(queue, None)
                if entry is None:
                    return
                position, (identity, branch) = entry
                branch()
            except WorkflowError as error:
                failures[position] = {"id": identity, "error": {"payload": error.payload, "context": error.context()}}
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                fatal.append(error)

    threads = [threading.Thread(target=worker, name=f"workflow-branch-{n}", daemon=True) for n in range(limit)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if fatal:
        raise next((error for error in fatal if isinstance(error, WorkflowCancelled)), fatal[0])
    if failures:
        branches = [failures[position] for position in sorted(failures)]
        raise WorkflowError(
            {
                "message": "UnhandledBranchError: one or more branches or iterations encountered an unhandled error",
                "tags": ["UnhandledBranchError"],
                "branches": branches,
            }
        )
