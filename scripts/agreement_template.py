"""Builds pairing/agreements/data/agreement.docx, the Word template of 共建协议书.

The paper follows the habits of GB/T 9704: A4, 28 mm left and 26 mm right margin, title in 小标宋 22 pt,
headings in 黑体 and 楷体, text in 仿宋 16 pt, a first-line indent of two characters, lines 28 pt apart. Fonts
are named, not embedded: an office computer has them, elsewhere Word takes the nearest one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

TARGET = Path(__file__).resolve().parent.parent / "pairing/agreements/data/agreement.docx"
SONG, HEI, KAI, FANG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312"
BODY_PT, TITLE_PT, SPACING_PT = 16, 22, 28


def main() -> None:
    """Write the template anew."""
    paper = Document()
    page(paper)
    title(paper, "结对共建协议书")
    centred(paper, "（编号：{{ number }}）")
    line(paper, "甲方：{{ branch_a }}", indent=False)
    line(paper, "乙方：{{ branch_b }}", indent=False)
    line(paper, "为深化党支部结对共建，甲乙双方经充分协商，自愿结为共建支部，订立本协议。")
    for name, field in (("共建原则", "principles"), ("共建目标", "aims")):
        only_if(paper, field, partial(article, paper, name, f"{{{{ {field} }}}}"))
    only_if(paper, "content or lines", partial(content, paper))
    only_if(paper, "duties_a or duties_b", partial(duties, paper))
    only_if(paper, "mechanism", partial(article, paper, "工作机制", "{{ mechanism }}"))
    article(paper, "协议期限", "本协议{{ term }}。期满前双方商定是否续签。")
    article(paper, "其他", "未尽事宜由双方协商解决。本协议一式三份，甲乙双方各执一份，报县党建办备案一份。")
    for text in ("{%p if is_draft %}", "（第 {{ version }} 版，双方签字盖章后生效。）", "{%p endif %}"):
        line(paper, text)
    signatures(paper)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    paper.save(str(TARGET))


def only_if(paper: Paper, condition: str, write: Callable[[], None]) -> None:
    """Write what an agreement has only if somebody filled it in: an old paper may say less than ours."""
    line(paper, f"{{%p if {condition} %}}")
    write()
    line(paper, "{%p endif %}")


def article(paper: Paper, name: str, text: str = "") -> None:
    """One numbered article; the number is drawn when the paper is filled, so that none is skipped."""
    heading(paper, f"{{{{ next_article() }}}}、{name}")
    if text:
        line(paper, text)


def content(paper: Paper) -> None:
    article(paper, "共建内容")
    only_if(paper, "content", partial(line, paper, "{{ content }}"))
    line(paper, "{%p for line in lines %}")
    heading(paper, "（{{ line.numeral }}）{{ line.label }}", KAI)
    for text in ("{%p for clause in line.clauses %}", "{{ clause }}", "{%p endfor %}", "{%p endfor %}"):
        line(paper, text)


def duties(paper: Paper) -> None:
    article(paper, "双方权利和义务")
    for party, field in (("甲方", "duties_a"), ("乙方", "duties_b")):
        only_if(paper, field, partial(line, paper, f"{party}：{{{{ {field} }}}}"))


def page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    font(paper.styles["Normal"], FANG, BODY_PT)


def font(styled: object, name: str, size: int) -> None:
    """Set the font for Chinese as well as for Latin text, which Word keeps apart."""
    styled.font.name, styled.font.size = name, Pt(size)  # type: ignore[attr-defined]
    properties = styled.element.get_or_add_rPr()  # type: ignore[attr-defined]
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)


def written(paragraph: Paragraph, text: str, name: str, size: int = BODY_PT) -> Paragraph:
    font(paragraph.add_run(text), name, size)
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(SPACING_PT)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def title(paper: Paper, text: str) -> None:
    written(paper.add_paragraph(), text, SONG, TITLE_PT).alignment = WD_ALIGN_PARAGRAPH.CENTER


def centred(paper: Paper, text: str) -> None:
    paragraph = written(paper.add_paragraph(), text, FANG)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(SPACING_PT)


def line(paper: Paper, text: str, *, indent: bool = True) -> None:
    paragraph = written(paper.add_paragraph(), text, FANG)
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT if indent else 0)


def heading(paper: Paper, text: str, name: str = HEI) -> None:
    paragraph = written(paper.add_paragraph(), text, name)
    paragraph.paragraph_format.first_line_indent = Pt(2 * BODY_PT)
    paragraph.paragraph_format.keep_with_next = True


def signatures(paper: Paper) -> None:
    """Two columns, one a party, that stay together on one page."""
    written(paper.add_paragraph(), "", FANG)
    table = paper.add_table(rows=1, cols=2)
    for place, cell in enumerate(table.rows[0].cells):
        side = f"signatures[{place}]"
        first, *others = (
            f"{{{{ {side}.party }}}}（盖章）：",
            f"{{{{ {side}.branch }}}}",
            "支部书记（签字）：",
            f"{{{{ {side}.day }}}}",
        )
        written(cell.paragraphs[0], first, FANG)
        for text in others:
            written(cell.add_paragraph(), text, FANG)
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.keep_together = paragraph.paragraph_format.keep_with_next = True


if __name__ == "__main__":
    main()
