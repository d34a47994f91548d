"""What a column of a spreadsheet can mean, and the many headers it is known by."""

from dataclasses import dataclass
from enum import StrEnum

from scoring.vocabulary import ENTERPRISE_FACTS, IDENTITY_FACTS, YEARLY_FACTS, Fact, Unit


class Group(StrEnum):
    """Which of our tables a field belongs to; ``control`` fields steer the reading of their row."""

    ENTERPRISE = "enterprise"
    YEARLY = "yearly"
    FACT = "fact"
    CERTIFICATE = "certificate"
    CONTROL = "control"


class Kind(StrEnum):
    """How the cells of a field are read."""

    CREDIT_CODE = "credit_code"
    NAME = "name"
    TEXT = "text"
    PLACE = "place"
    DIVISION = "division"
    INDUSTRY = "industry"
    HITECH = "hitech"
    DATE = "date"
    YEAR = "year"
    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    FLAG = "flag"
    CHOICE = "choice"
    NUMBER = "number"
    STATUS = "status"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing a column can tell; ``column`` is its name in our tables and frames."""

    id: str
    label: str
    kind: Kind
    group: Group
    column: str
    signed: bool = False
    choices: tuple[str, ...] = ()


_KIND_OF_UNIT = {
    Unit.CNY: Kind.MONEY,
    Unit.SHARE: Kind.SHARE,
    Unit.FLAG: Kind.FLAG,
    Unit.DATE: Kind.DATE,
    Unit.CODE: Kind.CHOICE,
}


def _of_fact(fact: Fact) -> Field:
    return Field(
        id=fact.name,
        label=fact.label,
        kind=_KIND_OF_UNIT.get(fact.unit, Kind.COUNT),
        group=Group.YEARLY if fact.yearly else Group.FACT,
        column=fact.column,
        signed=fact.signed,
        choices=fact.choices,
    )


def _field(name: str, label: str, kind: Kind, group: Group = Group.ENTERPRISE) -> Field:
    return Field(id=name, label=label, kind=kind, group=group, column=name)


_OWN = (
    _field("credit_code", "统一社会信用代码", Kind.CREDIT_CODE),
    _field("name", "企业名称", Kind.NAME),
    _field("former_name", "曾用名", Kind.NAME),
    _field("jurisdiction", "县市区（主管）", Kind.PLACE),
    _field("division_code", "登记机关区划", Kind.DIVISION),
    _field("registered_on", "成立日期", Kind.DATE),
    _field("industry_code", "行业代码", Kind.INDUSTRY),
    _field("hitech_field", "高新技术领域", Kind.HITECH),
    _field("address", "地址", Kind.TEXT),
    _field("fiscal_year", "年度", Kind.YEAR, Group.CONTROL),
    _field("certificate_no", "证书编号", Kind.NUMBER, Group.CERTIFICATE),
    _field("issued_on", "发证日期", Kind.DATE, Group.CERTIFICATE),
    _field("issued_year", "发证年份", Kind.YEAR, Group.CERTIFICATE),
    _field("expires_on", "有效期至", Kind.DATE, Group.CERTIFICATE),
    _field("revoked_on", "撤销日期", Kind.DATE, Group.CERTIFICATE),
    _field("certificate_status", "证书状态", Kind.STATUS, Group.CERTIFICATE),
    _field("ignore", "不导入", Kind.IGNORED, Group.CONTROL),
)

FIELDS: dict[str, Field] = {
    field.id: field
    for field in (
        *_OWN,
        *(_of_fact(fact) for fact in YEARLY_FACTS),
        *(_of_fact(fact) for fact in ENTERPRISE_FACTS if fact.name not in IDENTITY_FACTS),
    )
}

IDENTITY_COLUMNS = (
    "jurisdiction",
    "division_code",
    "registered_on",
    "industry_code",
    "hitech_field",
    "address",
)
YEARLY_COLUMNS = tuple(field.column for field in FIELDS.values() if field.group is Group.YEARLY)
FACT_COLUMNS = tuple(field.column for field in FIELDS.values() if field.group is Group.FACT)
CERTIFICATE_COLUMNS = ("issued_on", "issued_year", "expires_on", "revoked_on")
BY_COLUMN: dict[str, Field] = {field.column: field for field in FIELDS.values()}
