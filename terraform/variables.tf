# What an environment decides. Every value has its sentence: what is wrong, and what to write instead.

variable "project_id" {
  description = "The Google Cloud project; one environment each."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id is a project's id (6 to 30 lower-case letters, digits and hyphens), not its number or name: see `gcloud projects list`."
  }
}

variable "region" {
  description = "Where everything runs and everything is stored."
  type        = string
  default     = "europe-west1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is a region such as europe-west1, not a zone (europe-west1-b) or a multi-region (EU)."
  }
}

variable "environment" {
  description = "Which environment this is; a label on everything."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "environment is dev or prod. Another one needs a tfvars file and a decision about protect_data."
  }
}

variable "protect_data" {
  description = "Whether database and media survive `terraform destroy`. Turning it off is a change of its own: apply it, then destroy."
  type        = bool
  nullable    = false

  validation {
    condition     = var.protect_data || var.environment != "prod"
    error_message = "protect_data must be true in prod. To take prod down on purpose, name its environment dev in a commit of its own."
  }
}

variable "artefacts" {
  description = "Folder of the archives `make package` writes."
  type        = string
  default     = "../build"
  nullable    = false

  validation {
    condition     = alltrue([for name in ["analyze", "plan", "finalize", "assembler", "migrate"] : fileexists("${var.artefacts}/${name}.zip")])
    error_message = "An archive of the functions or jobs is missing in ${var.artefacts}: run `make package` first."
  }
}

variable "assembler_image" {
  description = "Image of the assembler job, by digest. Null until it has been pushed: then there is no job yet."
  type        = string
  default     = null

  validation {
    condition     = var.assembler_image == null || can(regex("^[a-z0-9.-]+/[^@]+@sha256:[0-9a-f]{64}$", var.assembler_image))
    error_message = "assembler_image is REGISTRY/NAME@sha256:DIGEST, as the output next_steps writes it down. A tag alone may change under a running job."
  }
}

variable "migrate_image" {
  description = "Image of the migrate job, by digest. Null until it has been pushed."
  type        = string
  default     = null

  validation {
    condition     = var.migrate_image == null || can(regex("^[a-z0-9.-]+/[^@]+@sha256:[0-9a-f]{64}$", var.migrate_image))
    error_message = "migrate_image is REGISTRY/NAME@sha256:DIGEST, as the output next_steps writes it down. A tag alone may change under a running job."
  }
}

variable "submitters" {
  description = "Who may ask for videos: user:…, group:… or serviceAccount:…"
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.submitters : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$", member))])
    error_message = "Each of submitters is user:, group: or serviceAccount: with an e-mail address. The public (allUsers, allAuthenticatedUsers) is not let in."
  }
}

variable "librarians" {
  description = "Who brings songs and moves in: user:…, group:… or serviceAccount:…"
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for member in var.librarians : can(regex("^(user|group|serviceAccount):[^@]+@[^@]+$", member))])
    error_message = "Each of librarians is user:, group: or serviceAccount: with an e-mail address."
  }
}

variable "log_level" {
  description = "Least severity the functions and jobs write."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level is DEBUG, INFO, WARNING or ERROR. Above INFO the metrics behind the alerts see nothing."
  }

  validation {
    condition     = contains(["DEBUG", "INFO"], var.log_level) || var.environment != "prod"
    error_message = "log_level must be DEBUG or INFO in prod: finished tasks are counted from lines of severity INFO."
  }
}

variable "move_library" {
  description = "Move library used when a request names none."
  type        = string
  default     = "default"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_-]{0,62}$", var.move_library))
    error_message = "move_library is the name of a library as `bachata library add --library NAME` made it: lower-case letters, digits, - and _."
  }
}
