"""Mistakes people make in Terraform, each as an edit of one file and the words by which it must be caught."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

By = Literal["validate", "plan", "rules"]


@dataclass(frozen=True)
class Mutation:
    """Replace `old` by `new` in `file`; `by` says whether validate, a plan or the rules over an apply must object."""

    name: str
    file: str
    old: str
    new: str
    by: By
    words: str
    environment: str = "dev"

    def apply(self, terraform: Path) -> None:
        """Make the edit. Raises ValueError when the tree no longer says `old`: then the mutation tests nothing."""
        path = terraform / self.file
        text = path.read_text()
        if text.count(self.old) == 0:
            raise ValueError(f"{self.file} no longer says {self.old!r}: mend the mutation {self.name}")
        path.write_text(text.replace(self.old, self.new, 1))


MUTATIONS = (
    Mutation("misspelt argument", "jobs.tf", "max_retries     = 3", "max_retry       = 3", "validate", "max_retry"),
    Mutation("unknown ingress", "functions.tf", '"ALLOW_INTERNAL_ONLY"', '"INTERNAL"', "validate", "ingress_settings"),
    Mutation("wrong type", "scheduler.tf", "retry_count = 0", 'retry_count = "never"', "validate", "number is required"),
    Mutation("missing argument", "sql.tf", "    tier                        = var.database_tier\n", "", "validate", "tier"),
    Mutation("reference to nothing", "events.tf", "google_workflows_workflow.choreography.id", "google_workflows_workflow.dance.id", "validate", "undeclared resource"),
    Mutation("cycle", "functions.tf", "WORKFLOW_NAME       = local.workflow_name", "WORKFLOW_NAME       = google_workflows_workflow.choreography.id", "validate", "Cycle"),
    Mutation("submitted by everybody", "environments/dev.tfvars", "gemini =", 'submitters = ["allUsers"]\ngemini =', "plan", "The public"),
    Mutation("too many instances", "environments/dev.tfvars", "plan = 2", "plan = 50", "plan", "database_max_connections"),
    Mutation("prod unprotected", "environments/prod.tfvars", "protect_data               = true", "protect_data               = false", "plan", "protect_data must be true in prod", "prod"),
    Mutation("missing env", "functions.tf", "    DB_NAME                  = google_sql_database.main.name\n", "", "rules", "does not set DB_NAME"),
    Mutation("renamed env", "functions.tf", "GCS_BUCKET_NAME =", "BUCKET_NAME =", "rules", "no field of Settings is called so"),
    Mutation("env nobody reads", "functions.tf", "    env    = {}", '    env    = { MOVE_LIBRARY = "x" }', "rules", "its code does not read"),
    Mutation("env the settings refuse", "functions.tf", 'STORAGE_BACKEND = "gcs"', 'STORAGE_BACKEND = "bucket"', "rules", "would not start"),
    Mutation("another's database user", "jobs.tf", 'google_sql_user.component["assembler"]', 'google_sql_user.component["migrate"]', "rules", "not its account's database user"),
    Mutation("public address", "sql.tf", "ipv4_enabled    = false", "ipv4_enabled    = true", "rules", "public address"),
    Mutation("everybody may call", "iam.tf", 'member   = google_service_account.component[each.value.account].member\n}\n\n# roles/run.invoker', 'member   = "allUsers"\n}\n\n# roles/run.invoker', "rules", "to allUsers"),
    Mutation("basic role", "iam.tf", 'migrate   = local.database_user', 'migrate   = concat(local.database_user, ["roles/editor"])', "rules", "roles/editor for migrate on project is granted and not needed"),
    Mutation("broad role", "iam.tf", '"roles/run.viewer"]', '"roles/run.admin"]', "rules", "roles/run.admin for workflow"),
    Mutation("unused role", "iam.tf", 'builder   = ["roles/logging.logWriter"]', 'builder   = ["roles/logging.logWriter", "roles/pubsub.viewer"]', "rules", "granted and not needed"),
    Mutation("job without overrides", "iam.tf", '"roles/run.jobsExecutorWithOverrides"', '"roles/run.invoker"', "rules", "jobsExecutorWithOverrides for workflow on job assembler is needed"),
    Mutation("workflow cannot call plan", "iam.tf", '    "workflow plan"      = { account = "workflow", function = "plan" }\n', "", "rules", "roles/run.invoker for workflow on function plan is needed"),
    Mutation("sweep without its role", "iam.tf", '["roles/workflows.viewer"]', "[]", "rules", "roles/workflows.viewer for finalize"),
    Mutation("the whole bucket", "iam_media.tf", 'assembler = ["output/", "cache/audio/", "cache/pieces/"]', 'assembler = ["output/", "cache/audio/", "cache/pieces/", "songs/"]', "rules", "for assembler on bucket media, songs/ is granted and not needed"),
    Mutation("media that cannot be written", "iam_media.tf", '"blueprints/", "moves/{library}/index/"', '"blueprints/"', "rules", "moves/{library}/index/ is needed"),
    Mutation("a 403 for what is missing", "iam_media.tf", "for_each = local.media_reads\n", 'for_each = { analyze = [] }\n', "rules", "storage.objects.list for plan on bucket media is needed"),
    Mutation("secret written down", "functions.tf", "{ MOVE_LIBRARY = var.move_library },", '{ MOVE_LIBRARY = var.move_library, GEMINI_API_KEY = "AIza" },', "rules", "holds the value of GEMINI_API_KEY"),
    Mutation("secret in the state", "gemini.tf", "# The secret is there", 'resource "google_secret_manager_secret_version" "key" {\n  secret      = google_secret_manager_secret.gemini.id\n  secret_data = "AIza"\n}\n\n# The secret is there', "rules", "keeps a secret's value in the state"),
    Mutation("no peering before", "sql.tf", "  depends_on = [google_service_networking_connection.sql]\n", "", "rules", "before google_service_networking_connection.sql"),
    Mutation("no API before", "registry.tf", "  depends_on = [google_project_service.api]\n", "", "rules", "before its API is enabled"),
    Mutation("API not enabled", "services.tf", '      "eventarc.googleapis.com",\n', "", "rules", "needs the API eventarc"),
    Mutation("database without protection", "sql.tf", "deletion_protection = var.protect_data #", "deletion_protection = false #", "rules", "deletion_protection must be True in prod", "prod"),
    Mutation("job that cannot be replaced", "jobs.tf", "  deletion_protection = false # it holds", "  # it holds", "rules", "deletion_protection must be false"),
    Mutation("bucket that can be public", "storage.tf", '  public_access_prevention    = "enforced"\n', "", "rules", "public_access_prevention"),
    Mutation("dead letters lost", "events.tf", "  topic                      = google_pubsub_topic.dead.id", "  topic                      = google_pubsub_topic.requests.id", "rules", "has no subscription"),
    Mutation("dead letters forgotten", "events.tf", '"2678400s"', '"600s"', "rules", "less than 7 days"),
    Mutation("callable from outside", "functions.tf", '"ALLOW_INTERNAL_ONLY"', '"ALLOW_ALL"', "rules", "can be called from outside"),
    Mutation("wrong audience", "scheduler.tf", 'audience              = google_cloudfunctions2_function.component["finalize"].service_config[0].uri', 'audience              = google_cloudfunctions2_function.component["finalize"].url', "rules", "audience"),
    Mutation("functions mixed up", "workflow.tf", 'PLAN_URL          = google_cloudfunctions2_function.component["plan"]', 'PLAN_URL          = google_cloudfunctions2_function.component["analyze"]', "rules", "PLAN_URL is not the address"),
    Mutation("workflow without dead letters", "workflow.tf", "    DEAD_LETTER_TOPIC = google_pubsub_topic.dead.id\n", "", "rules", "does not get DEAD_LETTER_TOPIC"),
    Mutation("function stopped too early", "functions.tf", "timeout = 1800", "timeout = 60", "rules", "is stopped after 60 s"),
    Mutation("more attempts than are waited for", "jobs.tf", "max_retries     = 3", "max_retries     = 9", "rules", "outlast"),
    Mutation("field nobody writes", "logs.tf", "EXTRACT(jsonPayload.code)", "EXTRACT(jsonPayload.error_code)", "rules", "reads jsonPayload.error_code, which nobody writes"),
    Mutation("metric nobody watches", "alerts_conditions.tf", "${local.log_metric.stuck}", "${local.log_metric.finished}", "rules", "no alert looks at the metric bachata/tasks_stuck"),
)  # fmt: skip
