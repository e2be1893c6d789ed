"""What assembling costs, beside three other ways to make the same video: protocol in README.md, `python -m` runs it."""
