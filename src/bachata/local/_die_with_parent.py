"""Runs a command that the kernel kills when its parent dies: ``python -I -S _die_with_parent.py PARENT COMMAND…``.

A process of its own between fork and exec, because a `preexec_fn` may deadlock in a parent that has threads. It
imports nothing of the project: it is started once per child and must cost milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept across exec


def main() -> None:
    """Ask for the signal, make sure the parent still lives, become the command."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            sys.exit(f"prctl failed: {os.strerror(ctypes.get_errno())}")
        if os.getppid() != int(parent):
            sys.exit("the parent is gone")  # it died before the kernel knew of our wish
    try:
        os.execvp(command[0], command)  # noqa: S606 - an argument list, no shell
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.exit(127)  # what a shell answers for a command it cannot find


if __name__ == "__main__":
    main()
