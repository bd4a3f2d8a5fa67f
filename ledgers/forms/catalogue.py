"""What an administrator types into the service catalogue, and what its list is searched by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from core.workbooks.values import BLANKS, SEPARATORS, plain
from ledgers.enums import Audience, HelpKind, Relation
from ledgers.forms.common import several
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.services.lexicon import words_of

# What each kind of word is for, in the words of somebody who keeps the catalogue.
WORD_HELP = {
    Relation.SYNONYM: "正式的另一种叫法，例如“普法宣讲”也叫“法治讲座”。",
    Relation.COLLOQUIAL: "老百姓嘴上怎么说，例如“不懂法”“讲讲道理”。",
    Relation.ABBREVIATION: "常用的简称，例如“三农”“退役办”。",
    Relation.OBJECT: "说这件事时常提到的东西，例如“许可证”“路灯”。",
    Relation.HYPERNYM: "比它大一类的说法，例如“普法”属于“法治建设”。",
    Relation.NEGATIVE: "出现了就一定不是这件事，例如说“买法律书”不是要听宣讲。",
}
LONGEST_TEXT = 3000  # characters of one kind of words


class WordsField(forms.CharField):
    """Words divided as people divide them; cleaned, a list in which each stands once."""

    def __init__(self, relation: str) -> None:
        super().__init__(
            label=Relation(relation).label,
            help_text=WORD_HELP[Relation(relation)],
            required=False,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        parts = (plain(part) for part in SEPARATORS.split(super().clean(value)))
        return list(dict.fromkeys(part for part in parts if part not in BLANKS))


class EntryForm(forms.Form):
    """What a line of either level has: its name, its place, and the version it was opened at."""

    version = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    name = forms.CharField(
        label="名称", min_length=2, max_length=40, error_messages={"required": "请填写名称。"}
    )
    position = forms.IntegerField(
        label="排在第几",
        min_value=0,
        max_value=9999,
        required=False,
        help_text="数字小的在前；不填就排在最后。",
    )

    def clean_name(self) -> str:
        return plain(self.cleaned_data["name"])

    def clean_version(self) -> int:
        return self.cleaned_data["version"] or 0

    @property
    def content(self) -> dict[str, Any]:
        """What a create service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @property
    def cleaned_terms(self) -> dict[str, Any]:
        """What an update service takes: the content and the version it was typed upon."""
        return self.content | {"version": self.cleaned_data["version"]}

    def differences(self, saved: EntryForm) -> list[tuple[str, str, str]]:
        """(label, typed here, saved by now) of every field in which the two differ."""
        rows = []
        for name, field in self.fields.items():
            mine, theirs = (_words(form[name], form[name].value()) for form in (self, saved))
            if name != "version" and mine != theirs:
                rows.append((str(field.label), mine, theirs))
        return rows


class AspectForm(EntryForm):
    """需求方面 / 服务方向."""

    @classmethod
    def of(cls, aspect: ServiceAspect, data: Any = None) -> AspectForm:
        initial = {name: getattr(aspect, name) for name in ("version", "name", "position")}
        return cls(data, initial=initial)


class ItemForm(EntryForm):
    """服务事项 with its words, one field for each kind of them."""

    aspect = forms.ModelChoiceField(
        label="方面",
        queryset=ServiceAspect.objects.in_use(),
        empty_label="请选择方面",
        error_messages={"required": "请选择方面。"},
    )
    help_kinds = several("服务方式", HelpKind, "这件事通常怎么办。")
    audiences = several("服务对象", Audience, "通常为谁办。")
    more_fields: tuple[str, ...] = ()
    field_order = ("version", "aspect", "name", "position", "help_kinds", "audiences")
    apart_fields = tuple(Relation.values)

    def __init__(self, *args: Any, aspect: ServiceAspect | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if aspect:  # stays to be chosen where it is, also when it is retired
            self.fields["aspect"].queryset = ServiceAspect.objects.filter(
                Q(retired_on=None) | Q(pk=aspect.pk)
            )
        for relation in Relation.values:
            self.fields[relation] = WordsField(relation)

    @classmethod
    def of(cls, item: ServiceItem, data: Any = None) -> ItemForm:
        names = ("version", "name", "position", "aspect", "help_kinds", "audiences")
        initial = {name: getattr(item, name) for name in names} | words_of(item)
        return cls(data, initial=initial, aspect=item.aspect)

    @property
    def word_fields(self) -> list[forms.BoundField]:
        return [self[relation] for relation in Relation.values]

    @property
    def words(self) -> dict[str, list[str]]:
        return {relation: self.cleaned_data.get(relation, []) for relation in Relation.values}

    @property
    def content(self) -> dict[str, Any]:
        own = {name: value for name, value in super().content.items() if name not in Relation.values}
        return own | {"words": self.words}


class CatalogueFilter(forms.Form):
    """What the list is searched by."""

    q = forms.CharField(label="事项或词语", required=False, max_length=100)
    help_kind = forms.ChoiceField(label="服务方式", choices=[("", "全部"), *HelpKind.choices], required=False)
    audience = forms.ChoiceField(label="服务对象", choices=[("", "全部"), *Audience.choices], required=False)

    @property
    def conditions(self) -> dict[str, str]:
        """The conditions in force; one that cannot be is none."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TrialForm(forms.Form):
    """One sentence to see how it is read, and from which side."""

    text = forms.CharField(label="一句话", required=False, max_length=500)
    side = forms.ChoiceField(
        label="这句话是", choices=[("demand", "提需求"), ("resource", "说资源")], required=False
    )


def _words(field: forms.BoundField, value: Any) -> str:
    """A value as its reader would say it."""
    if isinstance(field.field, WordsField):
        return "、".join(sorted(field.field.clean(field.field.prepare_value(value))))
    if isinstance(field.field, forms.ModelChoiceField):
        row = value if isinstance(value, ServiceAspect) else field.field.queryset.filter(pk=value).first()
        return str(row or "")
    if isinstance(field.field, forms.MultipleChoiceField):
        words = dict(field.field.choices)
        return "、".join(str(words.get(each, each)) for each in value or ())
    return "" if value is None else str(value)
