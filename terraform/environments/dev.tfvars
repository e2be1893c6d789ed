# A place to try things: cheap, and gone with one `terraform destroy`.
project_id  = "bachata-buddy-dev"
environment = "dev"

protect_data               = false
database_high_availability = false
soft_delete_days           = 0
output_days                = 30

max_instances    = { analyze = 5, plan = 2, finalize = 2 }
parallel_renders = 10

gemini = { access = "off" }
