"""Random tokens and codes, and the digests of them that are stored."""

import hashlib
import secrets

TOKEN_BYTES = 32
# Without 0, 1, I, L, O and U: a code is read from paper.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, LINK_LENGTH, CODE_GROUP = 16, 28, 4


def new_token() -> str:
    """A token that nobody can guess, fit for an address or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(*parts: str) -> str:
    """The digest to store; for what is long and random a plain one is enough."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def new_code() -> str:
    """A code to write down: sixteen signs in groups of four, 78 bits."""
    return _grouped(CODE_LENGTH)


def new_link_token() -> str:
    """The end of an address that is typed from paper: twenty-eight signs in groups of four, 137 bits."""
    return _grouped(LINK_LENGTH)


def tidy_code(typed: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(sign for sign in typed.upper() if sign in CODE_SIGNS)


def _grouped(length: int) -> str:
    signs = "".join(secrets.choice(CODE_SIGNS) for _place in range(length))
    return "-".join(signs[start : start + CODE_GROUP] for start in range(0, length, CODE_GROUP))
