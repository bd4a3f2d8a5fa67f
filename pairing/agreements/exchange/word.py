"""共建协议书 as a Word document, from the template that scripts/agreement_template.py builds."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from core.wording import cn_date
from pairing.agreements.models import AgreementClause
from pairing.agreements.selectors.agreements import Signature, agreement_signatures
from pairing.plans.enums import Line
from pairing.plans.models import Agreement

TEMPLATE = Path(__file__).parent.parent / "data" / "agreement.docx"
NUMERALS = "一二三四五六七"  # as many as the paper has articles; the 四联 take the first four


def agreement_word(agreement: Agreement) -> bytes:
    """Fill the template with the agreement as it is now: parties, terms, clauses by 四联, signatures.

    An article nobody has filled in, as in a paper signed before the county had this system, is left out.
    """
    from docxtpl import DocxTemplate  # takes a quarter of a second, which few requests need

    document = DocxTemplate(TEMPLATE)
    document.render(_context(agreement), autoescape=True)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _context(agreement: Agreement) -> dict[str, Any]:
    pairing = agreement.pairing
    clauses = list(agreement.clauses.current())
    signatures = agreement_signatures(agreement, list(agreement.on_behalf.all()))
    return {
        "next_article": iter(NUMERALS).__next__,
        "number": agreement.number,
        "version": agreement.version,
        "branch_a": str(pairing.branch_a),
        "branch_b": str(pairing.branch_b),
        "principles": agreement.principles,
        "aims": agreement.aims,
        "content": agreement.content,
        "lines": _lines(clauses),
        "duties_a": agreement.duties_a,
        "duties_b": agreement.duties_b,
        "mechanism": agreement.mechanism,
        "term": _term(agreement),
        "is_draft": agreement.signed_on is None,
        "signatures": [_signature(signature) for signature in signatures],
    }


def _lines(clauses: list[AgreementClause]) -> list[dict[str, Any]]:
    """The 四联 that have clauses, numbered in order."""
    found = [(line.label, [clause for clause in clauses if clause.line == line]) for line in Line]
    return [
        {"numeral": numeral, "label": label, "clauses": [_clause(n, row) for n, row in enumerate(rows, 1)]}
        for numeral, (label, rows) in zip(NUMERALS, (each for each in found if each[1]), strict=False)
    ]


def _clause(number: int, clause: AgreementClause) -> str:
    promise = f"（{clause.promise}）" if clause.promise else ""
    return f"{number}. {clause.words.rstrip('。；')}{promise}。"


def _term(agreement: Agreement) -> str:
    if agreement.ends_on is None:
        return f"自{cn_date(agreement.starts_on)}起，长期有效"
    return f"自{cn_date(agreement.starts_on)}起至{cn_date(agreement.ends_on)}止"


def _signature(signature: Signature) -> dict[str, str]:
    day = cn_date(signature.signed_on) if signature.signed_on else "年    月    日"
    return {
        "party": signature.party,
        "branch": str(signature.branch),
        "day": f"{day}（县党建办代确认）" if signature.is_on_behalf else day,
    }
