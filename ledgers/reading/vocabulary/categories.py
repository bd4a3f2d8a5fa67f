"""What a ledger's category of resource says of the help it gives."""

# categories of resource that are paper, whatever they speak of
PAPER = ("政策", "资料", "policy")

# what a ledger's category of resource is by itself: a part of the category's name → kind of help
HELP_BY_KIND: dict[str, str] = {
    "阵地": "场地",
    "场": "场地",
    "position": "场地",
    "政策": "资料",
    "资料": "资料",
    "policy": "资料",
    "资金": "资金",
    "物": "物资",
    "goods": "物资",
    "志愿": "人力",
    "队伍": "人力",
    "volunteers": "人力",
    "咨询": "咨询",
    "培训": "培训",
    "维修": "维修",
}
