"""What a run request means, whatever somebody sends; and what a log says last."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachata.local.jobs.definition import ENV_BYTES, JobDefinition, read_run
from bachata.local.jobs.log import TAIL_BYTES, last_error
from bachata.local.workflows.api import ApiError

DEFINITION = JobDefinition("j", ("/bin/true",), Path("/"), args=("--default",), env={"KEPT": "1", "BOTH": "old"})

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True).filter(lambda n: not n.startswith("CLOUD_RUN_"))
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50)


def overrides(container=None, **fields):
    return {"overrides": {**({"containerOverrides": [container]} if container is not None else {}), **fields}}


@given(env=st.dictionaries(names, texts, max_size=5))
def test_variables_are_merged_over_the_definition(env):
    given_env = [{"name": name, "value": value} for name, value in env.items()]
    assert read_run(DEFINITION, overrides({"env": given_env})).env == {"KEPT": "1", "BOTH": "old", **env}
    assert DEFINITION.env == {"KEPT": "1", "BOTH": "old"}


@given(
    body=st.fixed_dictionaries(
        {},
        optional={
            "overrides": values
            | st.fixed_dictionaries(
                {},
                optional={
                    "taskCount": values,
                    "timeout": values,
                    "containerOverrides": values
                    | st.lists(
                        st.fixed_dictionaries({}, optional={"env": values, "args": values, "clearArgs": values}),
                        max_size=2,
                    ),
                },
            ),
            "etag": values,
        },
    )
)
def test_anything_else_is_refused_as_a_bad_request(body):
    try:
        run = read_run(DEFINITION, body)
    except ApiError as error:
        assert (error.code, error.status) == (400, "INVALID_ARGUMENT")
        assert error.message
    else:
        assert 1 <= run.task_count <= 10_000
        assert run.timeout > 0
        assert all(isinstance(part, str) for part in run.args)


@given(size=st.integers(0, 100), letter=st.sampled_from("xñ語🎵"))
def test_the_limit_counts_bytes(size, letter):
    text = letter * ((ENV_BYTES + 50 - size) // len(letter.encode()))
    body = overrides({"env": [{"name": "BLUEPRINT_JSON", "value": text}]})
    if len(text.encode()) <= ENV_BYTES:
        assert read_run(DEFINITION, body).env["BLUEPRINT_JSON"] == text
    else:
        with pytest.raises(ApiError, match="at most 32768"):
            read_run(DEFINITION, body)


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("0.5s", 0.5), ("604800s", 604_800), (None, 600)])
def test_a_timeout_is_a_duration(text, seconds):
    assert read_run(DEFINITION, overrides(timeout=text)).timeout == seconds


@pytest.mark.parametrize("text", ["60", "1m", "s", "-1s", "0s", "604801s", "1e3s", "", 60, "nans", "1 s", "1s\n"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ApiError, match="timeout must be a duration"):
        read_run(DEFINITION, overrides(timeout=text))


def line(severity, message):
    return json.dumps({"severity": severity, "message": message})


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([line("INFO", "a"), line("ERROR", "no room"), line("INFO", "b"), "bye"], "no room"),
        ([line("ERROR", "first"), line("CRITICAL", "second")], "second"),
        ([line("ERROR", "Disk full\nTraceback (most recent call last)")], "Disk full"),
        (["Traceback", "ValueError: plain words", "", "  "], "ValueError: plain words"),
        ([line("INFO", "ok")], line("INFO", "ok")),
        (["[1, 2]", '"x"'], '"x"'),
        ([], None),
    ],
)
def test_the_last_error_of_a_log(tmp_path, lines, words):
    log = tmp_path / "log"
    log.write_text("".join(f"{text}\n" for text in lines))
    assert last_error(log) == words


def test_the_last_error_of_a_log_that_is_not_there(tmp_path):
    assert last_error(tmp_path / "none") is None


def test_a_long_log_is_not_read_whole(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(line("ERROR", "long ago").encode() + b"\n" + b"\xffnoise\n" * TAIL_BYTES + b"the end\n")
    assert last_error(log) == "the end"
