"""Who sits at the command line, as the audit trail names them."""

import getpass

LONGEST = 80


def operator() -> str:
    """``cli:`` and the user of the operating system; never the name of an account, which has no colon."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # A container may run as a user that has no name.
        name = "unnamed"
    return f"cli:{name}"[:LONGEST]
