"""The pipeline under load, simulated: what takes how long, what saturates first, what to change."""
