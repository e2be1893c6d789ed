# What people use. Database and media survive a destroy; turning that off is a change somebody has to approve.
project_id  = "bachata-buddy-prod"
environment = "prod"

protect_data               = true
database_high_availability = true
database_tier              = "db-custom-2-7680"
database_max_connections   = 200
backups_kept               = 30
soft_delete_days           = 7

max_instances    = { analyze = 40, plan = 10, finalize = 10 }
parallel_renders = 80

gemini = { access = "vertex" }

alert_email    = "oncall@example.com"
monthly_budget = 500
