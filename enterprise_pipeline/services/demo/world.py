"""Where the invented enterprises live and what they do: the shape of Yichang, told in tables."""

from dataclasses import dataclass
from datetime import date

FIRST_YEAR = 2013
"""First simulated fiscal year; the years before `FIRST_REPORTED` only give the later ones a past."""
FIRST_REPORTED = 2018
LAST_YEAR = 2025
FIRST_ROUND = 2016
KNOWN_UNTIL = date(2026, 11, 20)
"""The demo registry has heard of nothing that happened later."""


@dataclass(frozen=True, kw_only=True)
class Sector:
    """How the enterprises of one kind of trade behave.

    ``growth`` is the mean yearly log growth, ``rd`` the mean share of R&D in sales, ``staff`` and
    ``hitech`` the mean shares of technical staff and of high-tech income, ``per_head`` sales per
    employee in 元, ``patents`` and ``copyrights`` relative inventiveness, ``weight`` how many there are.
    """

    weight: float
    growth: float
    rd: float
    staff: float
    hitech: float
    per_head: float
    patents: float
    copyrights: float
    is_excluded: bool = False


SECTORS: dict[str, Sector] = {
    "chemistry": Sector(
        weight=0.17,
        growth=0.05,
        rd=0.058,
        staff=0.19,
        hitech=0.74,
        per_head=1.1e6,
        patents=1.2,
        copyrights=0.3,
    ),
    "medicine": Sector(
        weight=0.10,
        growth=0.06,
        rd=0.078,
        staff=0.26,
        hitech=0.76,
        per_head=7.5e5,
        patents=1.2,
        copyrights=0.3,
    ),
    "energy": Sector(
        weight=0.08,
        growth=0.08,
        rd=0.060,
        staff=0.19,
        hitech=0.74,
        per_head=1.0e6,
        patents=1.1,
        copyrights=0.4,
    ),
    "equipment": Sector(
        weight=0.18,
        growth=0.04,
        rd=0.058,
        staff=0.19,
        hitech=0.74,
        per_head=7.0e5,
        patents=1.3,
        copyrights=0.4,
    ),
    "information": Sector(
        weight=0.17,
        growth=0.06,
        rd=0.092,
        staff=0.46,
        hitech=0.84,
        per_head=5.0e5,
        patents=0.8,
        copyrights=2.4,
    ),
    "culture": Sector(
        weight=0.03,
        growth=0.03,
        rd=0.020,
        staff=0.12,
        hitech=0.40,
        per_head=3.5e5,
        patents=0.2,
        copyrights=0.9,
    ),
    "farming": Sector(
        weight=0.05,
        growth=0.03,
        rd=0.040,
        staff=0.14,
        hitech=0.58,
        per_head=5.0e5,
        patents=0.6,
        copyrights=0.2,
    ),
    "food": Sector(
        weight=0.06,
        growth=0.04,
        rd=0.040,
        staff=0.14,
        hitech=0.62,
        per_head=8.0e5,
        patents=0.7,
        copyrights=0.2,
    ),
    "building": Sector(
        weight=0.06,
        growth=0.01,
        rd=0.042,
        staff=0.14,
        hitech=0.64,
        per_head=8.5e5,
        patents=0.8,
        copyrights=0.2,
    ),
    "services": Sector(
        weight=0.07,
        growth=0.05,
        rd=0.062,
        staff=0.38,
        hitech=0.76,
        per_head=4.5e5,
        patents=0.7,
        copyrights=1.5,
    ),
    "environment": Sector(
        weight=0.02,
        growth=0.05,
        rd=0.055,
        staff=0.22,
        hitech=0.72,
        per_head=6.5e5,
        patents=1.0,
        copyrights=0.5,
    ),
    "trade": Sector(
        weight=0.01,
        growth=0.02,
        rd=0.010,
        staff=0.07,
        hitech=0.15,
        per_head=1.2e6,
        patents=0.1,
        copyrights=0.2,
        is_excluded=True,
    ),
}


@dataclass(frozen=True)
class Industry:
    """A class of GB/T 4754-2017, its usual high-tech field, and the words its firms use in their names."""

    code: str
    sector: str
    field: str
    trades: tuple[str, ...]


INDUSTRIES: tuple[Industry, ...] = (
    Industry("C2614", "chemistry", "405", ("精细化工", "化学", "新材料科技")),
    Industry("C2622", "chemistry", "405", ("磷化工", "磷业科技")),
    Industry("C2661", "chemistry", "405", ("化学试剂", "助剂科技")),
    Industry("C2662", "chemistry", "405", ("专用化学品", "水处理剂")),
    Industry("C2651", "chemistry", "403", ("高分子材料", "树脂科技")),
    Industry("C3985", "chemistry", "405", ("电子化学品", "电子材料")),
    Industry("C2710", "medicine", "203", ("药业", "原料药")),
    Industry("C2720", "medicine", "204", ("制药", "药物制剂")),
    Industry("C2740", "medicine", "202", ("中药", "本草药业")),
    Industry("C2761", "medicine", "201", ("生物制药", "生物技术")),
    Industry("C3581", "medicine", "205", ("医疗器械", "医疗设备")),
    Industry("C1495", "medicine", "206", ("生物科技", "酶制剂")),
    Industry("D4413", "energy", "601", ("水电", "水电开发")),
    Industry("D4416", "energy", "601", ("光伏电力", "新能源发电")),
    Industry("C3841", "energy", "603", ("锂电科技", "储能科技")),
    Industry("C3825", "energy", "601", ("光伏科技", "光电设备")),
    Industry("C3824", "energy", "806", ("电力电子", "能源设备")),
    Industry("C3463", "equipment", "804", ("分离设备", "环保装备")),
    Industry("C3731", "equipment", "808", ("船舶制造", "船舶重工")),
    Industry("C3670", "equipment", "807", ("汽车零部件", "汽车科技")),
    Industry("C3521", "equipment", "804", ("化工机械", "化工装备")),
    Industry("C4011", "equipment", "801", ("自动化", "控制技术")),
    Industry("C3491", "equipment", "804", ("机器人", "智能装备")),
    Industry("C3484", "equipment", "804", ("精密机械", "机械制造")),
    Industry("C3823", "equipment", "806", ("电气", "电力设备")),
    Industry("C3982", "information", "106", ("电子电路", "电子科技")),
    Industry("C3973", "information", "102", ("微电子", "半导体")),
    Industry("C3963", "information", "301", ("无人机", "航空科技")),
    Industry("I6513", "information", "101", ("软件", "软件科技", "数字科技")),
    Industry("I6531", "information", "503", ("信息技术", "系统集成")),
    Industry("I6540", "information", "503", ("运维科技", "网络科技")),
    Industry("I6550", "information", "503", ("大数据", "云计算")),
    Industry("I6572", "culture", "508", ("数字文化", "动漫科技")),
    Industry("N7861", "culture", "507", ("文化旅游", "景区管理")),
    Industry("R9020", "culture", "508", ("游乐", "文旅发展")),
    Industry("C2431", "culture", "809", ("雕塑艺术", "工艺品")),
    Industry("A0164", "farming", "207", ("茶业", "生态茶园")),
    Industry("A0141", "farming", "207", ("蔬菜", "生态农业")),
    Industry("A0511", "farming", "207", ("种业", "种苗科技")),
    Industry("C1329", "farming", "207", ("饲料", "农牧科技")),
    Industry("C1530", "food", "206", ("制茶", "茶叶科技")),
    Industry("C1512", "food", "206", ("酒业", "酿造")),
    Industry("C1373", "food", "206", ("果品", "柑橘食品")),
    Industry("C1523", "food", "206", ("饮料", "果汁")),
    Industry("C1353", "food", "206", ("食品", "肉制品")),
    Industry("C3021", "building", "402", ("水泥制品", "建筑构件")),
    Industry("C3024", "building", "402", ("轻质建材", "石膏建材", "新型建材")),
    Industry("C3051", "building", "402", ("玻璃科技", "特种玻璃")),
    Industry("C3071", "building", "402", ("陶瓷", "建筑陶瓷")),
    Industry("M7320", "services", "501", ("工程技术研究", "技术开发")),
    Industry("M7452", "services", "502", ("检测技术", "质量检测")),
    Industry("M7484", "services", "501", ("工程设计", "设计咨询")),
    Industry("M7514", "services", "604", ("节能技术", "能源服务")),
    Industry("N7721", "environment", "701", ("水务科技", "水环境")),
    Industry("N7723", "environment", "703", ("固废处置", "环境科技")),
    Industry("C4220", "environment", "703", ("再生资源", "循环科技")),
    Industry("F5169", "trade", "", ("化工贸易", "商贸")),
    Industry("L7249", "trade", "", ("企业服务", "商务咨询")),
)


@dataclass(frozen=True)
class Place:
    """A jurisdiction: its share of the firms, the names put in front, its divisions and its strong trades."""

    code: str
    weight: float
    prefix: str
    divisions: tuple[tuple[str, float], ...]
    strong: tuple[str, ...]


def _county(code: str, weight: float, prefix: str, *strong: str) -> Place:
    return Place(code, weight, prefix, ((code, 1.0),), strong)


# The high-tech zone reviews firms that are registered in several districts and has no code of its own.
PLACES: tuple[Place, ...] = (
    Place(
        "gaoxin",
        0.235,
        "宜昌",
        (("420505", 0.3), ("420503", 0.25), ("420502", 0.2), ("420504", 0.15), ("420506", 0.1)),
        ("medicine", "information", "equipment", "energy"),
    ),
    _county("420502", 0.105, "宜昌", "information", "services", "culture"),
    _county("420503", 0.100, "宜昌", "information", "services", "equipment"),
    _county("420504", 0.030, "宜昌点军", "information", "equipment"),
    _county("420505", 0.055, "宜昌", "chemistry", "energy"),
    _county("420506", 0.105, "宜昌夷陵", "food", "equipment", "building"),
    _county("420525", 0.022, "远安", "chemistry", "building"),
    _county("420526", 0.011, "兴山", "chemistry", "energy"),
    _county("420527", 0.022, "秭归", "food", "farming"),
    _county("420528", 0.016, "长阳", "farming", "energy", "culture"),
    _county("420529", 0.009, "五峰", "farming", "food"),
    _county("420581", 0.120, "宜都", "chemistry", "medicine", "equipment"),
    _county("420582", 0.085, "当阳", "building", "chemistry", "food"),
    _county("420583", 0.085, "枝江", "chemistry", "food", "equipment"),
)
STRONG_FACTOR = 2.5

CITY_OFFICE = "420500"
PROVINCE_OFFICE = "420000"
