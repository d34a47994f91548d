"""A folder for what is not finished yet."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staging_folder(beside: Path, prefix: str) -> Iterator[Path]:
    """A folder on the same disk as what it will become; what killed programs left of its kind is removed."""
    for leftover in beside.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=beside))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
