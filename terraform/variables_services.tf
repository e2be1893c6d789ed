# Gemini, and who is told what.

variable "gemini" {
  description = "Whether Gemini reads and directs: access off, key (Secret Manager) or vertex (no key)."
  type = object({
    access      = optional(string, "off")
    model       = optional(string, "gemini-3.8-flash")
    location    = optional(string, "global")
    key_version = optional(string, "latest")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["off", "key", "vertex"], var.gemini.access)
    error_message = "gemini.access is off, key or vertex. For key, add the key to the secret first (output commands.add_gemini_key)."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-][A-Za-z0-9._-]*$", var.gemini.model))
    error_message = "gemini.model is a model's name such as gemini-3.8-flash, without models/ in front."
  }

  validation {
    condition     = can(regex("^[a-z0-9-]+$", var.gemini.location))
    error_message = "gemini.location is global or a region such as europe-west1."
  }

  validation {
    condition     = can(regex("^(latest|[1-9][0-9]*)$", var.gemini.key_version))
    error_message = "gemini.key_version is latest or the number of a version of the secret; never the key itself."
  }
}

variable "alert_email" {
  description = "Who is told when something is amiss; null: nobody, alerts are only seen in the console."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email is an e-mail address, or null."
  }

  validation {
    condition     = var.alert_email != null || var.environment != "prod"
    error_message = "alert_email must be set in prod: an alert nobody receives is none."
  }
}

variable "billing_account" {
  description = "Billing account the budget belongs to; null: no budget."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account is like 0123AB-4567CD-89EF01: see `gcloud billing accounts list`."
  }
}

variable "monthly_budget" {
  description = "What a month may cost, in the billing account's currency. It warns, it stops nothing."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget is a whole number of units of the billing account's currency, 1 or more."
  }
}
