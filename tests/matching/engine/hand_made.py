"""Two small hand-made ledgers: a bureau and a farming station offer, a village needs."""

from dataclasses import replace
from datetime import date

from pairing.matching.engine import MatchProblem, Need, Offer, pair_of

TODAY = date(2026, 3, 2)
TALK = Offer(
    "talk",
    "bureau",
    "张同志（法制宣讲员）",
    "常年到村到社区宣讲法律，结合身边案例讲清违法后果。",
    capacity_per_month=3,
)
BOOKS = Offer("books", "bureau", "法治图书采购", "为农家书屋购买图书，含法律书三百册。", capacity_per_month=3)
HALL = Offer(
    "hall", "bureau", "多功能会议室", "可容纳八十人，有投影和音响。", kind="党建阵地", capacity_per_month=8
)
FARM = Offer("farm", "station", "农技员", "懂病虫防治和选种，可到田间手把手示范。", capacity_per_month=4)
LAW = Need("law", "village", "商户法律意识不强，常有违法经营", "希望有人来宣讲法律知识，讲讲后果。")
PEST = Need("pest", "village", "果树病虫多，不会治", "想请懂农技的人到田间教一教。")
RIVER = Need("river", "village", "河上的桥栏杆断了", "行人走夜路危险。")


def problem(**changes):
    base = MatchProblem(
        offers=(TALK, BOOKS, HALL, FARM),
        needs=(LAW, PEST, RIVER),
        as_of=TODAY,
        pairs=frozenset({pair_of("bureau", "village")}),
    )
    return replace(base, **changes)
