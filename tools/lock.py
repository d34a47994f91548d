"""Resolve every ``requirements*.in`` and ``package.json`` into locks that pin content and name no address."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
LOCKS = ("requirements", "requirements-dev", "requirements-bench", "requirements-node")


def lock_python(name: str) -> None:
    """Resolve one file for every platform, from our oldest Python upwards."""
    quiet = ["--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    options = ["--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON, *quiet]
    same_pins = [] if name == LOCKS[0] else ["--constraint", f"{LOCKS[0]}.txt"]
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", *options, *same_pins, *upgrade]
    subprocess.run([*command, f"{name}.in", "-o", f"{name}.txt"], cwd=ROOT, check=True)


def lock_front_end() -> None:
    """Resolve package.json; addresses of donation pages are left out, as those of downloads are."""
    subprocess.run(["npm", "install", "--package-lock-only", "--ignore-scripts"], cwd=ROOT, check=True)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for each in LOCKS:
        lock_python(each)
    lock_front_end()
