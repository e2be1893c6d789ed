"""What must be there before: the API of a resource, the peering of a private address, roles of who builds or starts.

Terraform orders by references; what no argument mentions needs `depends_on`, and a missing one shows only on a first
deployment to an empty project.
"""

from __future__ import annotations

from typing import Final

from tools.infrastructure.stack import Problems, Stack

APIS: Final = {
    "google_artifact_registry_": "artifactregistry",
    "google_billing_budget": "billingbudgets",
    "google_cloud_run_v2_": "run",
    "google_cloud_scheduler_": "cloudscheduler",
    "google_cloudfunctions2_": "cloudfunctions",
    "google_compute_": "compute",
    "google_eventarc_": "eventarc",
    "google_logging_": "logging",
    "google_monitoring_": "monitoring",
    "google_project_iam_": "iam",
    "google_pubsub_": "pubsub",
    "google_secret_manager_": "secretmanager",
    "google_service_account": "iam",
    "google_service_networking_": "servicenetworking",
    "google_sql_": "sqladmin",
    "google_storage_": "storage",
    "google_workflows_": "workflows",
}
"""Beginnings of types, and the API each needs."""
IMPLIED: Final = {"cloudbuild": "functions are built by it", "workflowexecutions": "the sweep and clients ask it"}

BEFORE: Final = {
    "google_sql_database_instance.main": ("google_service_networking_connection.sql",),
    "google_cloudfunctions2_function.component": (
        "google_artifact_registry_repository_iam_member.builder",
        "google_project_iam_member.builder_sources",
        "google_project_iam_member.component",
        "google_storage_bucket_iam_member.media",
    ),
    "google_cloud_run_v2_job.assembler": ("google_project_iam_member.component",),
    "google_cloud_run_v2_job.migrate": ("google_project_iam_member.component",),
    "google_eventarc_trigger.requests": ("google_project_iam_member.component",),
    "google_cloud_scheduler_job.sweep": ("google_cloud_run_v2_service_iam_member.caller",),
    "google_workflows_workflow.choreography": ("google_cloud_run_v2_service_iam_member.caller",),
}
"""What no argument of a resource mentions, and without which it cannot be made or cannot work."""

_SERVICES = "google_project_service.api"


def what_is_needed_is_there_before(stack: Stack) -> Problems:
    """Every API is enabled first, and what `BEFORE` says."""
    enabled = {str(api.values["service"]).removesuffix(".googleapis.com") for api in stack.of("google_project_service")}
    for resource in stack.resources:
        if resource.type == "google_project_service":
            continue
        api = next((api for begin, api in APIS.items() if resource.type.startswith(begin)), None)
        if api is None:
            yield f"{resource}: say in tools/infrastructure/rules/order.py which API it needs"
        elif api not in enabled:
            yield f"{resource} needs the API {api}.googleapis.com, which services.tf does not enable"
        elif _SERVICES not in resource.depends_on:
            yield f"{resource} may be made before its API is enabled: depends_on = [{_SERVICES}]"
    for api in sorted(IMPLIED.keys() - enabled):
        yield f"services.tf does not enable {api}.googleapis.com: {IMPLIED[api]}"
    for address, needed in BEFORE.items():
        for resource in stack.resources:
            if resource.address == address:
                for other in sorted(set(needed) - resource.depends_on):
                    yield f"{resource} may be made before {other}: depends_on"
