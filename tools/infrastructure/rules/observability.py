"""Metrics count lines that are really written, and alerts look at metrics that are really there."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Final

from bachata.logs import get_logger
from bachata.tasks.outcomes import TASK_FINISHED, log_outcome
from bachata.tasks.task import Task
from tools.infrastructure.definition import Definition
from tools.infrastructure.stack import Problems, Resource, Stack
from tools.infrastructure.toolchain import ROOT

_FIELD: Final = re.compile(r"jsonPayload\.(\w+)")
_SERIES: Final = re.compile(r"logging_googleapis_com:user_(\w+)")
_SWEEP: Final = ROOT / "src" / "bachata" / "tasks" / "sweep.py"


def metrics_read_what_is_written(stack: Stack) -> Problems:
    """Fields of filters and labels, names of metrics, and a word of advice with every alert."""
    outcome, workflow, sweep = outcome_fields(), _workflow_fields(stack), _sweep_fields()
    for metric in stack.of("google_logging_metric"):
        source = metric.values["filter"]
        if f'jsonPayload.event="{TASK_FINISHED}"' in source:
            written = outcome
        elif "workflows.googleapis.com/Workflow" in source:
            written = workflow
        else:
            written = sweep
        for field in sorted(_fields(metric) - written):
            yield f"{metric} reads jsonPayload.{field}, which nobody writes"
    known = {metric.values["name"].replace("/", "_") for metric in stack.of("google_logging_metric")}
    watched = {name for alert in stack.of("google_monitoring_alert_policy") for name in _metrics(alert)}
    for name in sorted(watched - known):
        yield f"an alert looks at the metric {name}, which is not there"
    for name in sorted(known - watched):
        yield f"no alert looks at the metric {name}"
    for alert in stack.of("google_monitoring_alert_policy"):
        if "Look at first" not in alert.block("documentation").get("content", ""):
            yield f"{alert} does not say what to look at first"
        if stack.environment == "prod" and not alert.values["notification_channels"]:
            yield f"{alert} tells nobody"


def outcome_fields() -> set[str]:
    """Fields of the line about a task that ended, as it is really written."""
    lines: list[logging.LogRecord] = []
    logger = get_logger("bachata.tasks.outcomes")
    level, handler = logger.level, _Keeping(lines)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        now = datetime.now(UTC)
        log_outcome(Task("t", "u", "failed", 5, "planning", "", {}, None, {"code": "X"}, None, "e", None, now, now))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return set(vars(lines[0]))


class _Keeping(logging.Handler):
    def __init__(self, lines: list[logging.LogRecord]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record)


def _workflow_fields(stack: Stack) -> set[str]:
    source = stack.one("google_workflows_workflow", "choreography").values["source_contents"]
    return {field for fields in Definition(source).logged() for field in fields}


def _sweep_fields() -> set[str]:
    """Keys in quotes of the sweep's source: its line is written in the middle of its work."""
    return set(re.findall(r'"(\w+)":', _SWEEP.read_text())) if _SWEEP.exists() else set()


def _fields(metric: Resource) -> set[str]:
    texts = [metric.values["filter"], metric.values["value_extractor"] or ""]
    return set(_FIELD.findall(" ".join([*texts, *(metric.values["label_extractors"] or {}).values()])))


def _metrics(alert: Resource) -> set[str]:
    """Metrics of ours in a query, as PromQL writes them; a distribution's buckets are the distribution."""
    query = alert.block("conditions", "condition_prometheus_query_language").get("query", "")
    return {name.removesuffix("_bucket") for name in _SERIES.findall(query)}
