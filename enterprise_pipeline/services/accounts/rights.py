"""Roles and what each may do: one table, read by pages, commands and tests alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from enterprise_pipeline.services.texts import N_


class Right(StrEnum):
    """One thing that a page may ask for."""

    VIEW = "view"
    FIGURES = "figures"
    SECRETS = "secrets"
    EDIT = "edit"
    IMPORT = "import"
    EXPORT = "export"
    DECIDE = "decide"
    CONFIRM = "confirm"
    FILE = "file"
    SIGN = "sign"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_RULES = "manage_rules"
    VIEW_AUDIT = "view_audit"


class Reach(StrEnum):
    """How far a role reaches; what it reaches exactly stands in the grant."""

    EVERYWHERE = "everywhere"
    JURISDICTION = "jurisdiction"
    ENTERPRISE = "enterprise"


class Role(StrEnum):
    """What somebody is here."""

    ADMINISTRATOR = "administrator"
    CITY_LEAD = "city_lead"
    CITY_REVIEWER = "city_reviewer"
    COUNTY_REVIEWER = "county_reviewer"
    EVALUATOR = "evaluator"
    ENTERPRISE_FILER = "enterprise_filer"
    ENTERPRISE_HEAD = "enterprise_head"


@dataclass(frozen=True, kw_only=True)
class RoleRule:
    """A role in words, what it may do and how far; ``may_have_figures``: each grant says so of itself."""

    name: str
    purpose: str
    reach: Reach
    rights: frozenset[Right]
    may_have_figures: bool = False
    must_end: bool = False
    needs_second_factor: bool = False


RIGHT_NAMES: Mapping[Right, str] = MappingProxyType(
    {
        Right.VIEW: N_("查看"),
        Right.FIGURES: N_("查看财务数据"),
        Right.SECRETS: N_("查看和标记商业秘密"),
        Right.EDIT: N_("修改"),
        Right.IMPORT: N_("导入"),
        Right.EXPORT: N_("导出"),
        Right.DECIDE: N_("审核"),
        Right.CONFIRM: N_("复核确认"),
        Right.FILE: N_("填报"),
        Right.SIGN: N_("确认填报"),
        Right.MANAGE_ACCOUNTS: N_("管理账号"),
        Right.MANAGE_RULES: N_("管理本地标准"),
        Right.VIEW_AUDIT: N_("查看操作记录"),
    }
)
# Whoever runs the accounts neither sees figures nor decides: no one person can do both.
ROLES: Mapping[Role, RoleRule] = MappingProxyType(
    {
        Role.ADMINISTRATOR: RoleRule(
            name=N_("系统管理员"),
            purpose=N_("开通账号、分配角色、查看操作记录；不看财务数据，不作审核决定。"),
            reach=Reach.EVERYWHERE,
            rights=frozenset({Right.VIEW, Right.MANAGE_ACCOUNTS, Right.VIEW_AUDIT}),
            needs_second_factor=True,
        ),
        Role.CITY_LEAD: RoleRule(
            name=N_("市级负责人"),
            purpose=N_("全市范围的全部业务权限，包括复核确认和管理本地标准。"),
            reach=Reach.EVERYWHERE,
            rights=frozenset(Right) - {Right.MANAGE_ACCOUNTS, Right.FILE, Right.SIGN},
        ),
        Role.CITY_REVIEWER: RoleRule(
            name=N_("市级审核员"),
            purpose=N_("全市范围查看、录入、导入、导出和审核。"),
            reach=Reach.EVERYWHERE,
            rights=frozenset(
                {
                    Right.VIEW,
                    Right.FIGURES,
                    Right.SECRETS,
                    Right.EDIT,
                    Right.IMPORT,
                    Right.EXPORT,
                    Right.DECIDE,
                }
            ),
        ),
        Role.COUNTY_REVIEWER: RoleRule(
            name=N_("县市区（园区）审核员"),
            purpose=N_("只看到本辖区的企业：查看、录入、导出和初审。"),
            reach=Reach.JURISDICTION,
            rights=frozenset(
                {Right.VIEW, Right.FIGURES, Right.SECRETS, Right.EDIT, Right.EXPORT, Right.DECIDE}
            ),
        ),
        Role.EVALUATOR: RoleRule(
            name=N_("第三方评估员"),
            purpose=N_("只读，到期自动失效；能否看财务数据逐个指定。"),
            reach=Reach.EVERYWHERE,
            rights=frozenset({Right.VIEW}),
            may_have_figures=True,
            must_end=True,
        ),
        Role.ENTERPRISE_FILER: RoleRule(
            name=N_("企业填报员"),
            purpose=N_("只看到本企业，填报本企业的数据。"),
            reach=Reach.ENTERPRISE,
            rights=frozenset({Right.VIEW, Right.FIGURES, Right.SECRETS, Right.FILE}),
        ),
        Role.ENTERPRISE_HEAD: RoleRule(
            name=N_("企业负责人"),
            purpose=N_("只看到本企业，确认本企业的填报。"),
            reach=Reach.ENTERPRISE,
            rights=frozenset({Right.VIEW, Right.FIGURES, Right.SECRETS, Right.SIGN}),
        ),
    }
)
