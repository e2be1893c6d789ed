terraform {
  required_version = ">= 1.9" # validations that look at several variables

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.40, < 9.0"
    }
  }

  # Where the state lies is the environment's: terraform init -backend-config=environments/ENVIRONMENT.gcs.tfbackend
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region

  # The budget API asks whose quota a person's call uses.
  user_project_override = true
  billing_project       = var.project_id

  default_labels = {
    application = "bachata-buddy"
    environment = var.environment
  }
}

data "google_project" "this" {
  project_id = var.project_id
}
