"""Measurements: protocol in README.md, harness here, results committed under results/."""
