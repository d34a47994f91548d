"""What no page of ours sends is refused before any view looks: NUL signs, and texts in place of files."""

from collections.abc import Iterator

from flask import Flask, abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

NUL = "\x00"
# The name of every field for a file; a form that is sent without its file parts carries a text under it.
FILE = "file"


def init_signs(app: Flask) -> None:
    """Answer in words what PostgreSQL could not store and what no form of ours sends."""
    app.before_request(_refuse_in_address)
    app.before_request(_refuse_in_form)


def _refuse_in_address() -> None:
    if NUL in request.path or any(NUL in word for word in _words(request.args)):
        abort(400, _("地址中有无法识别的字符（空字符）。请重新从页面上打开。"))


def _refuse_in_form() -> None:
    if request.method in ("GET", "HEAD"):
        return
    field = next((name for name, texts in request.form.lists() if NUL in "".join([name, *texts])), None)
    if field is not None:
        abort(400, _("“%(field)s”一栏里有看不见的空字符，没有保存。请删去后重新输入。", field=field))
    if FILE in request.form:
        abort(400, _("没有收到文件。请返回上一页，重新选择文件后再上传。"))
    if any(NUL in (file.filename or "") for file in request.files.values()):
        abort(400, _("文件名里有看不见的空字符。请给文件改名后再上传。"))


def _words(sent: MultiDict[str, str]) -> Iterator[str]:
    for name, values in sent.lists():
        yield name
        yield from values
