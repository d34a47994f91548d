"""What an export says of itself: number, who, when, which rows, and that it is internal."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from flask_babel import gettext as _

from enterprise_pipeline.services.export_receipts import Export, ExportKind, Watermark, new_number
from enterprise_pipeline.web.access import current_access, current_scope
from enterprise_pipeline.web.context import actor, local_zone
from enterprise_pipeline.web.said import said

# Files up to this size stay in memory.
SPOOL = 8 * 1024 * 1024


@contextmanager
def spooled() -> Iterator[IO[bytes]]:
    """A file to write an export into; the response closes it, or a failure does."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 -- closed by the response
    try:
        yield file
        file.seek(0)
    except BaseException:
        file.close()
        raise


def new_export(
    kind: ExportKind,
    *,
    filter_in_words: str,
    of: str = "",
    form: str = "xlsx",
    address: Mapping[str, str] | None = None,
    columns: Sequence[str] = (),
) -> Export:
    """Begin an export by whoever asks, within the area that this page may show."""
    return Export(
        number=new_number(datetime.now(local_zone()).date()),
        kind=kind,
        actor=actor(),
        scope=current_scope(),
        filter=filter_in_words,
        form=form,
        of=of,
        address=address or {},
        columns=columns,
    )


def watermark(export: Export, *, title: str) -> Watermark:
    """The mark for a file, in the language of whoever takes it."""
    return Watermark(
        number=export.number,
        line=str(
            _(
                "内部资料 · 导出编号 %(number)s · %(who)s · %(when)s",
                number=export.number,
                who=who(),
                when=_when(),
            )
        ),
        title=title,
        who=who(),
        filter=export.filter,
    )


def about_export(export: Export) -> list[tuple[str, str]]:
    """Lines for the sheet that explains a file."""
    return [
        (str(_("内部资料")), str(_("仅供科技管理工作使用，不得转发给无关人员。每次导出都有记录。"))),
        (str(_("导出编号")), export.number),
        (str(_("导出人")), who()),
        (str(_("导出时间")), _when()),
        (str(_("可见范围")), area_words(export)),
    ]


def csv_mark(export: Export) -> str:
    """What a row of a plain table says of where it came from."""
    return str(_("内部资料 %(number)s", number=export.number))


def who() -> str:
    """Whoever asks: the name of the account, and the person's name where there is one."""
    asking = current_access()
    name = asking.display_name
    return f"{actor()}（{name}）" if name and name != actor() else actor()


def area_words(export: Export) -> str:
    """Which enterprises whoever took it may see."""
    scope = export.scope
    if scope.is_everything:
        return str(_("全市"))
    says = said()
    places = [says.jurisdiction(code) for code in sorted(scope.jurisdictions or ())]
    if scope.enterprise_ids:
        places.append(str(_("指定的企业 %(n)s 家", n=len(scope.enterprise_ids))))
    return says.comma.join(places)


def _when() -> str:
    return f"{datetime.now(local_zone()):%Y-%m-%d %H:%M}"
