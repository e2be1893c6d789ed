# A network of its own: the functions and the jobs reach the database through it, nothing comes in.
# Google's APIs are reached outside it (egress PRIVATE_RANGES_ONLY), so it needs neither router nor NAT.

resource "google_compute_network" "main" {
  name                    = "bachata"
  auto_create_subnetworks = false

  depends_on = [google_project_service.api]
}

# Instances with direct VPC egress take their addresses here: up to two each while a revision is replaced.
resource "google_compute_subnetwork" "serverless" {
  name                     = "bachata-serverless"
  network                  = google_compute_network.main.id
  region                   = var.region
  ip_cidr_range            = var.subnet_range
  private_ip_google_access = true
}

# The range Google's own network takes the database's address from.
resource "google_compute_global_address" "sql" {
  name          = "bachata-sql"
  network       = google_compute_network.main.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = split("/", var.sql_range)[0]
  prefix_length = tonumber(split("/", var.sql_range)[1])
}

resource "google_service_networking_connection" "sql" {
  network                 = google_compute_network.main.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.sql.name]

  # Google keeps the connection busy for days after the last instance is gone; deleting it would fail every destroy.
  deletion_policy = "ABANDON"

  depends_on = [google_project_service.api]
}
