"""``flask import``: nothing happens without --commit, and everything is said."""

import pytest
from sqlalchemy import func, select

from models import Enterprise, db
from tests.support.workbooks import code, read_back, xlsx

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）"]
ROWS = [HEAD, [code(1), "宜昌甲公司", 100.0], [9.142e17, "宜昌乙公司", 1.0]]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "名单.xlsx"
    path.write_bytes(xlsx(ROWS))
    return path


def enterprises(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Enterprise)) or 0


def test_without_commit_only_the_plan_is_told(app, runner, file, tmp_path):
    out = tmp_path / "未导入.xlsx"

    result = runner.invoke(args=["import", str(file), "--refused", str(out)])

    assert result.exit_code == 0, result.output
    assert "create 1, update 0, unchanged 0, conflict 0, refused 1" in result.output
    assert "revenue_cny@2025 万元" in result.output
    assert "row 3" in result.output
    assert "存成了数字" in result.output
    assert enterprises(app) == 0
    assert len(read_back(out.read_bytes())) == 2


def test_commit_puts_valid_rows_in_and_screens_them(app, runner, file):
    result = runner.invoke(args=["import", str(file), "--commit", "--sender", "统计局"])

    assert result.exit_code == 0, result.output
    assert "committed: 1 rows, 1 enterprises, 1 of them new" in result.output
    assert "tech_sme@national 科技型中小企业: not screened -> undetermined: 1" in result.output
    assert enterprises(app) == 1


def test_a_file_that_cannot_be_read_ends_with_the_reason(runner, tmp_path):
    path = tmp_path / "坏.xlsx"
    path.write_bytes(b"%PDF")

    result = runner.invoke(args=["import", str(path)])

    assert result.exit_code == 1
    assert "不是能导入的表格" in result.output
