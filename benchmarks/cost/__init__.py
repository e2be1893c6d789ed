"""What the pipeline costs: a month of waiting, and a thousand videos."""
