"""Terraform on the whole tree, and what HCL is the wrong tool to check.

``python -m tools.infrastructure`` works in a copy of ``terraform/``: fmt, init, validate, test; then, for each
environment, apply, the rules of `rules/` over what was applied, a second plan that must be empty, destroy. The offline
kit's stand-in plays the provider, and nothing leaves the machine. ``--real`` takes the real provider and stops where it
would touch a cloud.
"""
