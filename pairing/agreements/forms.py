"""Typing an agreement: its terms, its clauses, a signature, the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.utils import timezone

from branches.models import Branch
from core.forms import DateInput, RowFault, row_faults
from ledgers.models import ServiceAspect
from pairing.activities.dictionary import KIND_CUES
from pairing.activities.models import ActivityKind
from pairing.agreements import standard
from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.agreements.models import AgreementClause
from pairing.agreements.reading import Reading, clauses_read
from pairing.agreements.services.drafting import MAX_CLAUSES, ClauseTerms
from pairing.plans.enums import Line
from pairing.plans.forms.on_behalf import OnBehalfForm
from pairing.plans.models import Agreement, Pairing

TERM_YEARS = 2  # what a new agreement is proposed for
EMPTY_ROWS = 3


class AgreementForm(forms.ModelForm):
    """The terms of an agreement; `version` is the one the editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    more_fields = ("principles", "content", "duties_a", "duties_b", "mechanism")

    class Meta:
        model = Agreement
        fields = (
            "number",
            "starts_on",
            "ends_on",
            "aims",
            "principles",
            "content",
            "duties_a",
            "duties_b",
            "mechanism",
        )
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()} | {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("principles", "aims", "content", "duties_a", "duties_b", "mechanism")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = "全县唯一，例如 2026-共建-03。"
        self.fields["ends_on"].help_text = "不定期的可留空。"
        self.fields["content"].label = "共建内容总述"
        self.fields["content"].help_text = "四联的具体条款在下面逐条填写，这里可以留空。"
        for name in ("principles", "aims", "duties_a", "duties_b", "mechanism"):
            if not self.instance.pk or not getattr(self.instance, name):
                self.initial[name] = self.initial.get(name) or getattr(standard, name.upper())
        self.initial.setdefault("version", self.instance.version)

    def clean(self) -> dict[str, Any]:
        super().clean()
        starts_on, ends_on = (self.cleaned_data.get(name) for name in ("starts_on", "ends_on"))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "结束日期不能早于开始日期。")
        return self.cleaned_data

    def _get_validation_exclusions(self) -> set[str]:
        """Uniqueness of the number is the service's sentence, not the model's."""
        return super()._get_validation_exclusions() | {"number"}

    @property
    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def proposed_terms(pairing: Pairing, before: Agreement | None, *, today: date) -> dict[str, Any]:
    """What a new agreement starts with: the day after the one before, its texts, two years."""
    starts_on = today
    if before is not None and before.ends_on is not None:
        starts_on = max(before.ends_on + timedelta(days=1), before.starts_on + timedelta(days=1))
    terms: dict[str, Any] = {
        "starts_on": starts_on,
        "ends_on": starts_on + relativedelta(years=TERM_YEARS) - timedelta(days=1),
        "aims": pairing.aims,
    }
    if before is not None:
        names = ("principles", "aims", "duties_a", "duties_b", "mechanism")  # the content becomes clauses
        terms |= {name: getattr(before, name) for name in names if getattr(before, name)}
    return terms


class ClauseForm(forms.Form):
    """One clause; a row left empty is no clause. `counts` names the kind and, after a colon, its row."""

    line = forms.ChoiceField(label="四联", choices=Line.choices, required=False)
    words = forms.CharField(label="条款", max_length=300, required=False)
    counts = forms.ChoiceField(label="计数内容", required=False)
    target = forms.IntegerField(label="不少于", min_value=1, max_value=999, required=False)
    period = forms.ChoiceField(label="周期", choices=[("", "—"), *ClausePeriod.choices], required=False)

    def __init__(self, *args: Any, countables: Countables, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = False  # an unchanged row of the template is a clause like any other
        self.countables = countables
        self.fields["counts"].choices = countables.choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("words"):
            if data.get("counts") and not (data.get("target") and data.get("period")):
                self.add_error("target", "选了计数内容，请写明次数和周期。")
            if not data.get("counts") and (data.get("target") or data.get("period")):
                self.add_error("counts", "写了次数或周期，请选择计数内容。")
        elif any(data.get(name) for name in ("counts", "target", "period")):
            self.add_error("words", "请写条款内容；不需要这一行就把其余格清空。")
        return data

    @property
    def clause(self) -> ClauseTerms | None:
        data = self.cleaned_data
        if not data.get("words"):
            return None
        kind, activity_kind, aspect = self.countables.read(data["counts"])
        line = data["line"] or Line.ACTIVITY
        return ClauseTerms(line, data["words"], kind, data["target"], data["period"], activity_kind, aspect)


class Countables:
    """Everything a clause can count, as one list of choices; two queries."""

    def __init__(self) -> None:
        self.kinds = {row.pk: row for row in ActivityKind.objects.all()}
        self.aspects = {row.pk: row for row in ServiceAspect.objects.all()}

    @property
    def choices(self) -> list[Any]:
        activities = [(f"activity:{row.pk}", row.name) for row in self.kinds.values() if not row.retired_on]
        orders = [(f"order:{row.pk}", f"{row.name}类") for row in self.aspects.values() if not row.retired_on]
        return [
            ("", "不计数"),
            ("沟通、调度、研讨、走访", [(k.value, k.label) for k in ClauseKind if k in MEETINGS]),
            ("活动", [("activity", "各类联办活动合计"), ("volunteer", "联合志愿服务"), *activities]),
            ("办成的定单", [("order", "各方面合计"), *orders]),
        ]

    def read(self, value: str) -> tuple[str, ActivityKind | None, ServiceAspect | None]:
        """Kind and row of a chosen value; the choice field has let only known ones through."""
        kind, _, key = value.partition(":")
        row = int(key) if key else 0
        if kind == ClauseKind.ACTIVITY:
            return kind, self.kinds.get(row), None
        return kind, None, self.aspects.get(row)

    def initial(self, clause: AgreementClause) -> dict[str, Any]:
        key = clause.activity_kind_id or clause.aspect_id
        counts = f"{clause.kind}:{key}" if key else clause.kind
        names = ("line", "words", "target", "period")
        return {name: getattr(clause, name) for name in names} | {"counts": counts}

    def proposed(self, content: str) -> list[dict[str, Any]]:
        """The clauses a text of an agreement promises; those of the standard agreement without a text.

        A kind the dictionary no longer has counts nothing.
        """
        in_use = {row.name: row for row in self.kinds.values() if not row.retired_on}
        lines = {name: row.line for name, row in in_use.items()}
        by_name = {name: row.pk for name, row in in_use.items()}
        clauses = clauses_read(content, KIND_CUES, lines) or standard.CLAUSES
        return [self._proposed(clause, by_name) for clause in clauses]

    def _proposed(self, clause: standard.StandardClause | Reading, by_name: dict[str, int]) -> dict[str, Any]:
        words = {"line": clause.line, "words": clause.words}
        if clause.kind is None or (clause.activity_kind and clause.activity_kind not in by_name):
            return words
        counts = f"{clause.kind}:{by_name[clause.activity_kind]}" if clause.activity_kind else clause.kind
        return words | {"counts": counts, "target": clause.target, "period": clause.period}


MEETINGS = (ClauseKind.COMMUNICATION, ClauseKind.DISPATCH, ClauseKind.SEMINAR, ClauseKind.VISIT)
ClauseFormSet = forms.formset_factory(
    ClauseForm, extra=EMPTY_ROWS, max_num=MAX_CLAUSES, validate_max=True, absolute_max=MAX_CLAUSES
)


class AgreementForms:
    """The terms and the clause rows, checked together; `form` is None where only clauses are added."""

    def __init__(
        self,
        data: Any,
        *,
        instance: Agreement,
        initial: dict[str, Any] | None = None,
        clauses_of: Agreement | None = None,
        only_clauses: bool = False,
    ) -> None:
        countables = Countables()
        self.form = None if only_clauses else AgreementForm(data, instance=instance, initial=initial)
        self.main: forms.BaseForm = self.form or forms.Form(data)  # where a refusal of the service stands
        source = clauses_of or instance
        rows = list(source.clauses.current()) if source.pk else []
        self.clauses = ClauseFormSet(
            data,
            prefix="clauses",
            initial=[countables.initial(row) for row in rows] or countables.proposed(source.content),
            form_kwargs={"countables": countables},
        )

    def is_valid(self) -> bool:
        terms_are_valid = self.form is None or self.form.is_valid()
        return self.clauses.is_valid() and terms_are_valid

    @property
    def row_faults(self) -> list[RowFault]:
        return row_faults("条", self.clauses, shown=[*self.filled, *self.empty])

    @property
    def filled(self) -> list[ClauseForm]:
        """The rows that start with a clause or have been written into."""
        return [row for row in self.clauses if row["words"].value() or row.errors]

    @property
    def empty(self) -> list[ClauseForm]:
        return [row for row in self.clauses if not row["words"].value() and not row.errors]

    @property
    def clause_terms(self) -> list[ClauseTerms]:
        return [row.clause for row in self.clauses if row.clause]


class SignForm(forms.Form):
    """The day on the paper, and the version that the page showed."""

    signed_on = forms.DateField(label="签约日期", widget=DateInput(), help_text="纸面上签字的那一天。")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"signed_on": timezone.localdate(), "version": agreement.version} | self.initial


class SignOnBehalfForm(SignForm, OnBehalfForm):
    """Which side has signed on paper, when, and the paper."""

    branch = forms.ModelChoiceField(label="代哪个支部签订", queryset=Branch.objects.none(), empty_label=None)
    field_order = ("branch", "signed_on", "reason", "scan", "version")

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, agreement=agreement, **kwargs)
        pairing = agreement.pairing
        sides = ((pairing.branch_a_id, agreement.signed_on_a), (pairing.branch_b_id, agreement.signed_on_b))
        waiting = [branch_id for branch_id, signed_on in sides if signed_on is None]
        self.fields["branch"].queryset = Branch.objects.filter(pk__in=waiting)


class TerminateForm(forms.Form):
    """What came of the agreement and why it ends."""

    summary = forms.CharField(
        label="执行情况和原因",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="条款做到了多少、为什么终止，几句话即可；与协议一起存档，双方会看到。",
        error_messages={"required": "请写明执行情况和终止的原因。"},
    )
