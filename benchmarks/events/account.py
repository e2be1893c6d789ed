"""What became of a stream: every message is a video, a duplicate of one, or kept; or it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bachata.local.stack import LocalCloud
from bachata.tasks.store import TaskStore
from benchmarks.events.stream import USER, Message


@dataclass(frozen=True)
class Account:
    """Counts of a run. `kept` and `poisoned` are messageIds; `rendered` counts job executions."""

    messages: int
    wanted: int
    videos: int
    completed: int
    rendered: int
    lost: tuple[str, ...]
    kept: tuple[str, ...]
    poisoned: tuple[str, ...]
    executions: int

    @property
    def holds(self) -> bool:
        """Whether each wanted video was made once, nothing was lost, and exactly the poisoned messages were kept."""
        once = self.videos == self.completed == self.rendered == self.wanted
        return once and not self.lost and self.kept == self.poisoned


def account(
    cloud: LocalCloud,
    messages: Sequence[Message],
    ids: Sequence[str],
    kept: Sequence[str],
    executions: int,
    user: str = USER,
) -> Account:
    """Look at the tasks and videos of a user who asked for nothing but `messages`; the cloud rendered nothing else."""
    tasks = {task.task_id: task for task in TaskStore(cloud.engine).list(limit=10_000, user_id=user)}
    wanted: dict[str, str] = {}
    for message, message_id in zip(messages, ids, strict=True):
        if message.key is not None:
            wanted.setdefault(message.key, message.key if b"task_id" in message.data else f"event-{message_id}")
    done = {task_id for task_id, task in tasks.items() if task.status == "completed"}
    poisoned = [i for message, i in zip(messages, ids, strict=True) if message.key is None]
    return Account(
        messages=len(messages) - len(poisoned),
        wanted=len(wanted),
        videos=len(_videos(cloud.home.storage / f"output/user_{user}")),
        completed=len(done),
        rendered=len(cloud.jobs.executions()),
        lost=tuple(sorted(key for key, task_id in wanted.items() if task_id not in done)),
        kept=tuple(sorted(kept)),
        poisoned=tuple(sorted(poisoned)),
        executions=executions,
    )


def _videos(folder: Path) -> list[Path]:
    return [path for path in folder.glob("choreography_*.mp4") if path.stat().st_size]
