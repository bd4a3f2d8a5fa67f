"""Which kinds of help stand in for which."""

# how far one kind stands in for another, both ways; a kind serves itself fully, unlisted pairs not at all
HELP_STANDS_FOR: dict[frozenset[str], float] = {
    frozenset({"宣讲", "培训"}): 0.6,
    frozenset({"宣讲", "咨询"}): 0.6,
    frozenset({"宣讲", "文艺"}): 0.7,
    frozenset({"咨询", "培训"}): 0.6,
    frozenset({"咨询", "调解"}): 0.6,
    frozenset({"咨询", "上门办理"}): 0.5,
    frozenset({"咨询", "资料"}): 0.3,
    frozenset({"上门办理", "人力"}): 0.4,
    frozenset({"信息", "人力"}): 0.5,
    frozenset({"宣讲", "资料"}): 0.4,
    frozenset({"资金", "资料"}): 0.4,
    frozenset({"资金", "物资"}): 0.6,
    frozenset({"采购", "物资"}): 0.7,
    frozenset({"采购", "资金"}): 0.7,
    frozenset({"工程", "维修"}): 0.5,
    frozenset({"工程", "资金"}): 0.5,
    frozenset({"工程", "咨询"}): 0.2,
    frozenset({"维修", "培训"}): 0.5,
    frozenset({"维修", "咨询"}): 0.3,
}
