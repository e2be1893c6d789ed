"""The workflow's definition as the rules read it."""

from __future__ import annotations

from tools.infrastructure.definition import Definition
from tools.infrastructure.toolchain import ROOT

CHOREOGRAPHY = Definition((ROOT / "workflows" / "choreography.yaml").read_text())

SMALL = Definition(
    """
main:
  steps:
    - prepare:
        assign:
          - plan_url: ${sys.get_env("PLAN_URL")}
          - project: ${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}
          - topic: ${sys.get_env("TOPIC", "")}
    - first:
        call: post
        args: {url: "${plan_url}", timeout: 30}
    - second:
        try:
          call: post
          args: {url: "${plan_url}", timeout: 90}
        except:
          as: e
          steps:
            - say:
                call: sys.log
                args: {json: {lost: 1, because: 2}, severity: ERROR}
"""
)


def test_variables_are_those_of_its_own():
    assert SMALL.variables == {"PLAN_URL", "TOPIC"}


def test_the_longest_call_of_a_function_counts():
    assert SMALL.patience() == {"PLAN_URL": 90}


def test_what_is_logged_and_called():
    assert SMALL.logged() == [{"lost", "because"}]
    assert SMALL.connectors == {"sys.log"}


def test_choreography_calls_three_functions_runs_one_job_and_names_its_audience():
    assert set(CHOREOGRAPHY.patience()) == {"ANALYZE_URL", "PLAN_URL", "FINALIZE_URL"}
    assert CHOREOGRAPHY.render()["body"]["overrides"]["timeout"] == "3600s"
    [request] = CHOREOGRAPHY.requests()
    assert request["auth"]["audience"] == request["url"]
