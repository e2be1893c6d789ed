"""Terraform on the whole tree, and what HCL is the wrong tool to check.

``python -m tools.infrastructure`` works in a copy of ``terraform/``: fmt, init, validate, plan, test, apply, a second plan
that must be empty, the rules of `rules/` over what was applied, destroy. Where the offline kit is, its stand-in plays the
provider and nothing leaves the machine; ``--real`` takes the real provider and stops before it would touch a cloud.
"""
