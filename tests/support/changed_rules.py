"""Rule files of the product with one thing changed, as somebody would hand them in."""

from enterprise_pipeline.config import ROOT

RULES = ROOT / "scoring" / "rules"


def changed_file(name: str, *changes: tuple[str, str]) -> bytes:
    """A rule file in which each first text of a pair is replaced by its second, once."""
    text = (RULES / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{name} does not say {old!r} any more; change the test."
        text = text.replace(old, new, 1)
    return text.encode()


def fewer_employees(most: int) -> bytes:
    """``tech_sme`` with another limit of employees."""
    return changed_file("tech_sme.toml", ("value = 500\n", f"value = {most}\n"))


def more_employees_and_points(most: int, points: int) -> bytes:
    """``tech_sme`` with another limit of employees and another pass mark."""
    return changed_file(
        "tech_sme.toml", ("value = 500\n", f"value = {most}\n"), ("value = 60\n", f"value = {points}\n")
    )
