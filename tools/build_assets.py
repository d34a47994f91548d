"""Copy the front-end files that pages use from ``node_modules`` into ``static/vendor``, with one icon sprite.

The sprite holds only the icons that templates and scripts name. ``manifest.json`` is written last and
records version and SHA-256 of each file, so ``--check`` can tell whether anything is missing or stale.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "enterprise_pipeline"
VENDOR = PACKAGE / "static" / "vendor"
MODULES = ROOT / "node_modules"
SPRITE = "tabler-sprite.svg"
SVG = "http://www.w3.org/2000/svg"

FILES = {
    "tabler.min.css": ("@tabler/core", "dist/css/tabler.min.css"),
    "tabler.min.js": ("@tabler/core", "dist/js/tabler.min.js"),
    "htmx.min.js": ("htmx.org", "dist/htmx.min.js"),
    "echarts.common.min.js": ("echarts", "dist/echarts.common.min.js"),
    "licenses/htmx.txt": ("htmx.org", "LICENSE"),
    "licenses/echarts.txt": ("echarts", "LICENSE"),
    "licenses/echarts-notice.txt": ("echarts", "NOTICE"),
    "licenses/tabler-icons.txt": ("@tabler/icons", "LICENSE"),
}
ICON_SOURCES = ("templates/**/*.html", "static/js/*.js", "**/*.py")
ICON_NAME = re.compile(
    r"""(?:\bicon\(\s*|\bicon\s*=\s*)["'](?P<call>[a-z0-9-]+)["']|\#tabler-(?P<link>[a-z0-9-]+)"""
)


class AssetError(RuntimeError):
    """The files cannot be built; the message says which one and what to do."""


def named_icons(package: Path = PACKAGE) -> dict[str, Path]:
    """Return each icon that a page names, with the first file that names it."""
    found: dict[str, Path] = {}
    for source in _sources(package):
        for match in ICON_NAME.finditer(source.read_text(encoding="utf-8")):
            found.setdefault(match["call"] or match["link"], source)
    return dict(sorted(found.items()))


def _sources(package: Path) -> Iterator[Path]:
    vendor = package / "static" / "vendor"
    for pattern in ICON_SOURCES:
        yield from (path for path in sorted(package.glob(pattern)) if vendor not in path.parents)


def symbol(name: str, *, named_in: Path, modules: Path = MODULES) -> ET.Element:
    """Return one icon as a ``<symbol>`` that takes colour and size from the page."""
    style, base = ("filled", name.removesuffix("-filled")) if name.endswith("-filled") else ("outline", name)
    file = modules / "@tabler" / "icons" / "icons" / style / f"{base}.svg"
    if not file.exists():
        raise AssetError(f"{named_in} names the icon {name!r}, which Tabler does not have. Correct the name.")
    drawing = ET.parse(file).getroot()  # noqa: S314 -- a file pinned by its hash
    kept = {key: value for key, value in drawing.attrib.items() if key not in {"width", "height", "class"}}
    result = ET.Element(f"{{{SVG}}}symbol", {"id": f"tabler-{name}", **kept})
    result.extend(shape for shape in drawing if shape.get("d") != "M0 0h24v24H0z")
    for shape in result:
        shape.tail = None
    return result


def sprite(icons: dict[str, Path], modules: Path = MODULES) -> bytes:
    """Return one SVG file with a symbol per icon."""
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    root.extend(symbol(name, named_in=file, modules=modules) for name, file in icons.items())
    drawn: bytes = ET.tostring(root, encoding="utf-8")
    return drawn


def build(vendor: Path = VENDOR, modules: Path = MODULES) -> dict[str, Any]:
    """Write every file and then the manifest, which is also returned."""
    if vendor.exists():
        shutil.rmtree(vendor)
    files: dict[str, dict[str, str]] = {}
    for name, (package, path) in FILES.items():
        source = modules / package / path
        if not source.exists():
            raise AssetError(f"{source} is missing. Delete node_modules and run `make assets` again.")
        files[name] = _write(vendor / name, source.read_bytes(), version=_version(package, modules))
    icons = named_icons()
    drawn = sprite(icons, modules)
    files[SPRITE] = _write(vendor / SPRITE, drawn, version=_version("@tabler/icons", modules))
    manifest = {"inputs": inputs(icons), "files": files}
    _write(vendor / "manifest.json", (json.dumps(manifest, indent=2) + "\n").encode(), version="")
    return manifest


def inputs(icons: dict[str, Path]) -> str:
    """Return a digest of everything that decides what is built."""
    digest = hashlib.sha256()
    for part in (ROOT / "package-lock.json", Path(__file__)):
        digest.update(part.read_bytes())
    digest.update("\n".join(icons).encode())
    return digest.hexdigest()


def is_current(vendor: Path = VENDOR) -> bool:
    """Whether the vendor folder holds exactly what a build would write now."""
    try:
        manifest = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
        intact = all(
            hashlib.sha256((vendor / name).read_bytes()).hexdigest() == entry["sha256"]
            for name, entry in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False
    return intact and manifest["inputs"] == inputs(named_icons())


def _version(package: str, modules: Path) -> str:
    return str(json.loads((modules / package / "package.json").read_text(encoding="utf-8"))["version"])


def _write(target: Path, content: bytes, *, version: str) -> dict[str, str]:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return {"version": version, "sha256": hashlib.sha256(content).hexdigest()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, or with ``--check`` exit 1 when a build is needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell whether a build is needed")
    if parser.parse_args(arguments).check:
        return 0 if is_current() else 1
    try:
        manifest = build()
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(manifest['files'])} front-end files in {VENDOR.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
