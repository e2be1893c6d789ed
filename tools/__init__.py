"""What the maintainers run: locks, generated references, artefacts."""
