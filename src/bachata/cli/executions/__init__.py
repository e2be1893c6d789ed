"""Executions of the workflow as commands see them: in a Google Cloud project, or in the laptop cloud that is up.

`documents` reads what both answer (their REST documents), `cloud` and `laptop` ask, `pipeline` knows what belongs
together (an execution and its render job), `words` tells it to people.
"""
