"""What is deployed: built from the tree, installed and started as the platform does it, measured, held to limits.

::

    spec       the five deployables            platform   unpacks, installs, compiles, takes rights away
    imports    program -> modules it imports   serving    functions-framework, a request, the first answer
    contents   deployable -> its files         rehearsal  each one does real work
    archive    files -> the same bytes         measure    sizes, memory, cold starts
    dockerfile a Dockerfile, read              ledger     what was measured against its limits; docs/artefacts.md
"""
