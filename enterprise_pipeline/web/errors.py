"""What a page says when something cannot be done: in words, with what to do next, without internals."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from enterprise_pipeline.services.accounts.reset_links import LinkEnded
from enterprise_pipeline.services.accounts.sessions import SessionEnded
from enterprise_pipeline.services.errors import BadFile, FieldConflict, NotFound, ServiceError, StaleVersion
from enterprise_pipeline.transaction import Busy
from enterprise_pipeline.web.filters import translated


@dataclass(frozen=True, kw_only=True)
class Words:
    """What an error page says when nothing more precise is known."""

    title: Any
    text: Any
    remedy: Any


WORDS: dict[int, Words] = {
    400: Words(
        title=_l("这个请求看不懂"),
        text=_l("地址或表单中有一处内容无法使用，没有做任何改动。"),
        remedy=_l("请返回上一页，检查后再试。"),
    ),
    401: Words(
        title=_l("登录已结束，没有保存"),
        text=_l("您的登录已经结束（超时、在别处退出，或者权限有变动），这次没有做任何改动。"),
        remedy=_l("请先在新的标签页登录，再返回上一页；填写的内容还在，可以复制后重新提交。"),
    ),
    403: Words(
        title=_l("没有这项权限"),
        text=_l("您的角色不能打开这个页面，没有做任何改动。"),
        remedy=_l("如果工作需要，请联系系统管理员调整角色。"),
    ),
    404: Words(
        title=_l("没有这个页面"),
        text=_l("地址可能抄漏了字，或者这条记录不存在。"),
        remedy=_l("请用上方的搜索框按名称、曾用名、首字母或统一社会信用代码查找。"),
    ),
    405: Words(
        title=_l("这个地址不能这样打开"),
        text=_l("它只接受页面上按钮发出的请求，没有做任何改动。"),
        remedy=_l("请返回上一页，使用页面上的按钮。"),
    ),
    409: Words(
        title=_l("没有保存：内容已被改动"),
        text=_l("您打开页面之后，这条记录已有变化。为了不覆盖别人的修改，这次没有保存。"),
        remedy=_l("请返回上一页并刷新，核对最新内容后再保存。"),
    ),
    413: Words(
        title=_l("文件太大"),
        text=_l("上传的文件超过了允许的大小，没有导入任何内容。"),
        remedy=_l("请删去无关的工作表或拆成几个文件后再上传。"),
    ),
    422: Words(
        title=_l("内容无法使用"),
        text=_l("提交的内容有误，没有保存任何一部分。"),
        remedy=_l("请按提示修改后再提交。"),
    ),
    429: Words(
        title=_l("来得太快了"),
        text=_l("同一网络地址在短时间内的访问太多。"),
        remedy=_l("请过一会儿再来。"),
    ),
    500: Words(
        title=_l("程序出错了"),
        text=_l("这不是您的操作造成的；进行中的修改没有保存。错误已记入服务器日志。"),
        remedy=_l("请稍后再试；如果再次出现，请把下面的时间和地址告诉管理员。"),
    ),
}
BUSY = Words(
    title=_l("系统正忙，没有保存"),
    text=_l("别人正在进行一项很大的写入（例如导入），等了很久也没有轮到这次修改。没有做任何改动。"),
    remedy=_l("请过一会儿返回上一页重新提交；填写的内容还在。"),
)
ENDED_LINK = Words(title=_l("这个链接不能用"), text=None, remedy=None)
BUSY_SECONDS = "30"
STALE_TOKEN = Words(
    title=_l("页面已失效，没有保存"),
    text=_l("这个页面打开得太久，或者浏览器清除了 Cookie，无法确认请求来自本系统。没有做任何改动。"),
    remedy=_l("请返回上一页，先复制已填写的内容，刷新页面后重新提交。"),
)
STATUS_OF: tuple[tuple[type[ServiceError], int], ...] = (
    (SessionEnded, 401),
    (NotFound, 404),
    (FieldConflict, 409),
    (StaleVersion, 409),
    (BadFile, 422),
    (ServiceError, 422),
)


def init_errors(app: Flask) -> None:
    """Give every error a page of its own words."""
    app.register_error_handler(CSRFError, _stale_token)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(Busy, _busy)


def _stale_token(_error: CSRFError) -> Response:
    return _page(400, words=STALE_TOKEN)


def _busy(_error: Busy) -> Response:
    answer = _page(503, words=BUSY)
    answer.headers["Retry-After"] = BUSY_SECONDS
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST or error.response is not None:
        return make_response(error.get_response())
    # Werkzeug's own descriptions are English and technical; ours were given to abort() on purpose.
    own = error.description if error.description != type(error).description else None
    answer = _page(status, text=None if isinstance(error, InternalServerError) else own)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _service_error(error: ServiceError) -> Response:
    status = next(code for kind, code in STATUS_OF if isinstance(error, kind))
    details = [getattr(error, name, None) for name in ("place", "remedy")]
    place, remedy = (translated(detail) if detail else None for detail in details)
    words = ENDED_LINK if isinstance(error, LinkEnded) else None
    return _page(status, words=words, text=translated(error.message), place=place, remedy=remedy)


def _page(
    status: int,
    *,
    words: Words | None = None,
    text: str | None = None,
    place: str | None = None,
    remedy: str | None = None,
) -> Response:
    """Render the page, or for a request of a script only its sentence."""
    words = words or WORDS.get(status) or WORDS[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500]
    # Strangers have no part in the frame of the staff.
    whole = "check/error.html" if request.blueprint == "check" else "errors/error.html"
    template = "errors/_fragment.html" if request.headers.get("HX-Request") else whole
    page = render_template(
        template,
        status=status,
        title=words.title,
        text=text or words.text,
        place=place,
        remedy=remedy or words.remedy,
    )
    return make_response(page, status)
