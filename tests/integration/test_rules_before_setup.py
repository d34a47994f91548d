"""Rules can be read before there is a registry."""

from datetime import date
from pathlib import Path

import pytest

from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["show", "srdi_sme"], "SRDI-2026"),
        (["diff", "srdi_sme", "--from", "2026-03-31", "--to", "2026-04-01"], "SRDI-2022 -> SRDI-2026"),
        (["stale", "--months", "12"], "0 criteria"),
    ],
)
def test_the_commands_about_rules_need_no_database(tmp_path: Path, command: list[str], said: str) -> None:
    settings = Settings(
        instance=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}",
        secret_key="only for this test, long enough",
        today=date(2026, 11, 22),
    )
    result = create_app(settings).test_cli_runner().invoke(args=["rules", *command])

    assert result.exit_code == 0, result.output
    assert said in result.output
