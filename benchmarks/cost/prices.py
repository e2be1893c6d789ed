"""The typed document of list prices, and of what an environment keeps: `prices.toml`."""

from __future__ import annotations

from pathlib import Path

from benchmarks.scale.numbers import Number, Part, read

PRICES = Path(__file__).with_name("prices.toml")


class Prices(Part):
    """Dollars a unit."""

    function_vcpu_s: Number
    function_gib_s: Number
    function_request: Number
    job_vcpu_s: Number
    job_gib_s: Number
    workflow_step: Number
    storage_gb_month: Number
    storage_write: Number
    storage_read: Number
    egress_gb: Number
    log_gib: Number
    gemini_in: Number
    gemini_out: Number
    sql_vcpu_hour: Number
    sql_gib_hour: Number
    sql_disk_gib_month: Number
    sql_backup_gib_month: Number
    image_gb_month: Number
    schedule_month: Number
    secret_month: Number
    alert_month: Number


class Video(Part):
    """What one leaves and moves, beyond what the simulation knows."""

    clips: Number
    log_kib: Number
    gemini_out: Number


class Month(Part):
    """What is there whether or not anybody asks for a video."""

    hours: Number
    sweeps_an_hour: Number
    sweep_s: Number
    disk_gib: Number
    database_gib: Number
    library_gb: Number
    images_gb: Number
    alert_conditions: Number


class Environment(Part):
    """How an environment differs from another."""

    sql_vcpu: Number
    sql_gib: Number
    zones: Number
    backups: Number
    secrets: Number


class PriceList(Part):
    """The document."""

    prices: Prices
    video: Video
    month: Month
    dev: Environment
    prod: Environment


def load(path: Path = PRICES) -> PriceList:
    """Read it. Raises InvalidInputs."""
    return read(path, PriceList)
