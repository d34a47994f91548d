"""Which front-end files pages get."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.build_assets import FILES, SPRITE, VENDOR, AssetError, named_icons, sprite, symbol

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none"
 stroke="currentColor" class="icon"><path stroke="none" d="M0 0h24v24H0z" fill="none"/>
 <path d="M5 12h9"/></svg>"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    for style in ("outline", "filled"):
        folder = tmp_path / "node_modules" / "@tabler" / "icons" / "icons" / style
        folder.mkdir(parents=True)
        (folder / "home.svg").write_text(DRAWING, encoding="utf-8")
    return tmp_path / "node_modules"


def write(folder: Path, name: str, text: str) -> None:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def test_icons_are_found_in_templates_scripts_and_code(tmp_path):
    write(tmp_path, "templates/a/list.html", """{{ icon("home") }} {{ icon( 'alert-circle' ) }}""")
    write(tmp_path, "templates/base.html", """<use href="sprite.svg#tabler-menu-2"></use>""")
    write(tmp_path, "static/js/own.js", """use.setAttribute("href", sprite + "#tabler-x")""")
    write(tmp_path, "web/marks.py", """MARK = Mark(icon="check")""")
    write(tmp_path, "static/vendor/tabler.min.js", """icon("not-ours")""")

    found = named_icons(tmp_path)

    assert list(found) == ["alert-circle", "check", "home", "menu-2", "x"]


def test_an_icon_takes_its_colour_and_size_from_the_page(modules):
    drawn = symbol("home", named_in=Path("a.html"), modules=modules)

    assert drawn.attrib == {
        "id": "tabler-home",
        "viewBox": "0 0 24 24",
        "fill": "none",
        "stroke": "currentColor",
    }
    assert [shape.get("d") for shape in drawn] == ["M5 12h9"]


def test_the_sprite_is_one_readable_drawing_of_all_icons(modules):
    drawn = ET.fromstring(sprite({"home": Path("a"), "home-filled": Path("b")}, modules))  # noqa: S314 -- ours

    assert [child.get("id") for child in drawn] == ["tabler-home", "tabler-home-filled"]


def test_an_unknown_icon_is_refused_with_the_file_that_names_it(modules):
    with pytest.raises(AssetError, match=r"list\.html names the icon 'hous'"):
        symbol("hous", named_in=Path("list.html"), modules=modules)


def test_the_built_folder_holds_what_pages_ask_for():
    present = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()}

    assert present == {*FILES, SPRITE, "manifest.json"}
