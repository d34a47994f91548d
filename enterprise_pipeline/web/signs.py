"""Signs that no text has and no database keeps are refused before any page looks at what was sent."""

from collections.abc import Iterator

from flask import Flask, abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

NUL = "\x00"


def init_signs(app: Flask) -> None:
    """Answer NUL signs in addresses, forms and names of files in words; PostgreSQL could not store them."""

    @app.before_request
    def refuse_nul() -> None:
        if NUL in request.path or any(NUL in word for word in _words(request.args)):
            abort(400, _("地址中有无法识别的字符（空字符）。请重新从页面上打开。"))
        if request.method not in ("GET", "HEAD"):
            field = next(
                (name for name, values in request.form.lists() if NUL in "".join([name, *values])), None
            )
            if field is not None:
                abort(400, _("“%(field)s”一栏里有看不见的空字符，没有保存。请删去后重新输入。", field=field))
            if any(NUL in (file.filename or "") for file in request.files.values()):
                abort(400, _("文件名里有看不见的空字符。请给文件改名后再上传。"))


def _words(sent: MultiDict[str, str]) -> Iterator[str]:
    for name, values in sent.lists():
        yield name
        yield from values
