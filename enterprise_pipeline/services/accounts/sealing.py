"""Seals what must be readable again, so that the database alone, or a copy of it, does not give it away.

A password is stored as a digest; the secret of a telephone cannot be, because
codes are worked out from it. It is encrypted with a key that comes from the
installation's secret key, which stands in no database and no backup.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

# The name under which an engine carries the key of its registry.
KEY_OPTION = "sealing_key"
NONCE_BYTES, KEY_BYTES = 12, 32
_PURPOSE = b"second factor 1"


def key_from(secret_key: str) -> bytes:
    """The key that an installation's secret key leads to (HKDF with SHA-256, RFC 5869)."""
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE)
    return derived.derive(secret_key.encode())


def key_of(session: Session) -> bytes:
    """The key of the registry that a session works on."""
    key: bytes = session.get_bind().get_execution_options()[KEY_OPTION]
    return key


def seal(key: bytes, account_id: int, secret: str) -> str:
    """Encrypt a base32 secret for one account (AES-256-GCM); of 32 letters it makes 64."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, base64.b32decode(secret), _whose(account_id))
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(key: bytes, account_id: int, stored: str) -> str | None:
    """The secret; None where it was sealed with another key or for another account, or was changed."""
    try:
        raw = base64.urlsafe_b64decode(stored)
        opened = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _whose(account_id))
    except (InvalidTag, ValueError, binascii.Error):
        return None
    return base64.b32encode(opened).decode()


def _whose(account_id: int) -> bytes:
    return f"account {account_id}".encode()
