"""Whether pasted cases are JSON at all, said in Chinese with the place where they are not."""

import json

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.texts import N_, Text

REMEDY = N_("请按案例格式改正后再提交；一个案例也没有添加。")


def readable(text: str) -> str:
    """The text as it is.

    Raises
    ------
    BadFile
        If it is empty or no JSON, naming line and column.
    """
    if not text.strip():
        raise BadFile(Text(N_("没有内容：请粘贴案例或选择文件。")), "", Text(REMEDY))
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        where = Text(N_("第 %(line)s 行第 %(column)s 列"), line=error.lineno, column=error.colno)
        raise BadFile(Text(N_("这不是 JSON。")), where, Text(REMEDY)) from error
    except (RecursionError, ValueError) as error:
        raise BadFile(Text(N_("这不是可用的 JSON。")), "", Text(REMEDY)) from error
    return text
