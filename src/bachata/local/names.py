"""What the laptop cloud calls itself where the cloud wants names."""

PROJECT = "local"
LOCATION = "laptop"
WORKFLOW = "choreography"
"""Id of the one workflow, and the name of its file."""
JOB = "assembler"
"""Id of the render job, and the name of its folder in jobs/."""
