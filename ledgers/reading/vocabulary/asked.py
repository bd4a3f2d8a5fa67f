"""What a need asks for that is no service, and a sum of money: the words of each."""

# what a need asks for that is no service: only goods or money answer it, and a talk or a visit never does
ASKED_CUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "采购": (
        (
            "想买",
            "要买",
            "购买",
            "采购",
            "添置",
            "购置",
            "换一套",
            "换一台",
            "换一辆",
            "买一台",
            "买一套",
            "买一批",
            "买台",
            "买个",
            "买辆",
            "要更新",
            "缺一台",
            "缺设备",
        ),
        (),
    ),
    "资金": (
        (
            "没经费",
            "缺经费",
            "要经费",
            "没有经费",
            "经费",
            "拿不出钱",
            "没钱",
            "缺钱",
            "买不起",
            "出不起",
            "本钱",
            "学费",
            "贷款",
            "借不到",
            "资金",
        ),
        ("维修资金",),
    ),
    "工程": (
        ("想建", "要建", "修建", "新建", "扩建", "建个", "建一", "装一部", "大修", "改建", "铺一条"),
        (),
    ),
    "名额": (("名额", "编制", "学位", "指标"), ()),
    "外请": (("外教", "省里的", "国外", "外地的", "进口"), ()),
}
# a sum of money: 八十万, 三千元, 五百块; not sixty thousand jin of yams, nor what a swindler took
MONEY = (
    r"(?<![骗失走欠])(?<![骗失走欠]了)(?:[\d一二三四五六七八九十百两几]+万"
    r"(?!余?多?[斤亩人户头只株棵米里度字份张件册盒箱吨方粒平次步])"
    r"|[\d一二三四五六七八九十百两几]+千(?:块|元))"
)
