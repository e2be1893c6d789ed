# How much of everything.

variable "max_instances" {
  description = "Instances each function may have at most."
  type = object({
    analyze  = optional(number, 20)
    plan     = optional(number, 5)
    finalize = optional(number, 5)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for count in values(var.max_instances) : count >= 1 && count <= 1000 && floor(count) == count])
    error_message = "Each of max_instances is a whole number from 1 to 1000: a function without instances answers nobody."
  }
}

variable "parallel_renders" {
  description = "Renders expected to run at once; each holds a database connection. It limits nothing, it is planned for."
  type        = number
  default     = 40
  nullable    = false

  validation {
    condition     = var.parallel_renders >= 1 && floor(var.parallel_renders) == var.parallel_renders
    error_message = "parallel_renders is a whole number, 1 or more."
  }
}

variable "database_instance" {
  description = "Name of the Cloud SQL instance. A deleted one's name stays taken for a week: to make it anew sooner, change it."
  type        = string
  default     = "bachata"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.database_instance))
    error_message = "database_instance begins with a letter and holds lower-case letters, digits and hyphens, 63 at most."
  }
}

variable "database_tier" {
  description = "Machine of the database."
  type        = string
  default     = "db-custom-1-3840"
  nullable    = false

  validation {
    condition     = can(regex("^db-custom-[0-9]+-[0-9]+$", var.database_tier))
    error_message = "database_tier is db-custom-CPUS-MEGABYTES, such as db-custom-1-3840. Shared-core tiers (db-f1-micro) have no service level, db-perf-optimized ones need another edition."
  }
}

variable "database_max_connections" {
  description = "Connections PostgreSQL takes; 100 per 3840 MB of memory is what Google gives."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.database_max_connections >= 25 && var.database_max_connections <= 1000 && floor(var.database_max_connections) == var.database_max_connections
    error_message = "database_max_connections is a whole number from 25 to 1000."
  }
}

variable "database_high_availability" {
  description = "Whether a second zone stands by; twice the price."
  type        = bool
  nullable    = false
}

variable "backups_kept" {
  description = "Daily backups of the database that are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.backups_kept >= 7 && var.backups_kept <= 365
    error_message = "backups_kept is 7 to 365: recovery to a point in the last 7 days starts from the backup before it."
  }
}

variable "soft_delete_days" {
  description = "Days for which deleted or replaced media can be had back, and are billed. 0 switches it off, else 7 to 90."
  type        = number
  nullable    = false

  validation {
    condition     = var.soft_delete_days == 0 || (var.soft_delete_days >= 7 && var.soft_delete_days <= 90)
    error_message = "soft_delete_days is 0 (off), or 7 to 90: Cloud Storage knows nothing in between."
  }
}

variable "output_days" {
  description = "Days after which a video is deleted; null keeps it."
  type        = number
  default     = null

  validation {
    condition     = var.output_days == null || coalesce(var.output_days, 0) >= 1
    error_message = "output_days is 1 or more, or null to keep videos for ever."
  }
}

variable "subnet_range" {
  description = "Addresses of functions' and jobs' instances."
  type        = string
  default     = "10.10.0.0/22"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.subnet_range, 0)) && try(tonumber(split("/", var.subnet_range)[1]) <= 26, false)
    error_message = "subnet_range is an IPv4 range such as 10.10.0.0/22, /26 or larger: Cloud Run takes addresses in blocks and refuses smaller subnets."
  }
}

variable "sql_range" {
  description = "Addresses Google's network takes the database's address from."
  type        = string
  default     = "10.20.0.0/20"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.sql_range, 0)) && try(tonumber(split("/", var.sql_range)[1]) <= 24, false)
    error_message = "sql_range is an IPv4 range such as 10.20.0.0/20, /24 or larger, which nothing else uses."
  }
}

variable "sweep" {
  description = "After how many seconds without a step a task is looked at, and after how many it is failed whatever its execution says."
  type = object({
    after_seconds = optional(number, 900)
    limit_seconds = optional(number, 18000)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.sweep.after_seconds >= 60 && var.sweep.limit_seconds > 15000 && var.sweep.after_seconds < var.sweep.limit_seconds
    error_message = "sweep.after_seconds is 60 or more; sweep.limit_seconds is above 15000, the time a render and its retries may take, or tasks that live would be failed."
  }
}
