"""What a person types about organisations, people and the working calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.validators import ASCIIUsernameValidator

from branches.models import Branch, Membership, User
from core.forms import DateInput, refuse_coordinates, refuse_phones

BRANCH_MORE = ("member_count", "address", "longitude", "latitude", "serial")


class LoginForm(AuthenticationForm):
    """Name and password; a name too long to be anyone's is refused before the attempt is written down."""

    username = UsernameField(
        label="用户名",
        max_length=150,
        error_messages={"required": "请填写用户名。", "max_length": "用户名或密码不对。"},
    )
    password = forms.CharField(label="密码", strip=False, error_messages={"required": "请填写密码。"})
    error_messages = {
        "invalid_login": "用户名或密码不对，请核对大小写后再试；连续输错会暂停登录。",
        "inactive": "这个账号已停用，请联系县党建办的系统管理员。",
    }


class OwnPasswordForm(PasswordChangeForm):
    error_messages = PasswordChangeForm.error_messages | {"password_incorrect": "旧密码不对，请重新输入。"}


class UpdateForm(forms.ModelForm):
    """A form whose service is told only what was changed."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        refuse_phones(self)
        return self.cleaned_data

    @property
    def changed_values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


class BranchForm(UpdateForm):
    parent = forms.ModelChoiceField(
        label="上级党组织",
        queryset=Branch.objects.active(),
        required=False,
        empty_label="没有上级",
        widget=forms.Select(attrs={"data-pick": True}),
    )
    more_fields = BRANCH_MORE

    class Meta:
        model = Branch
        fields = ("name", "parent", "kind", "secretary_name", "liaison_name", "phone", *BRANCH_MORE)
        help_texts = {
            "name": "和公章、台账里的写法一致；导入时按名称对应。",
            "serial": "台账里的排列顺序。",
            "longitude": "十进制度，例如 112.1934；不知道请留空。",
        }
        error_messages = {
            "name": {
                "required": "请填写党组织名称。",
                "unique": "已有同名的党组织，请核对，或在名称里加以区别。",
            }
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = Branch.objects.active().exclude(pk=self.instance.pk)

    def clean(self) -> dict[str, Any]:
        super().clean()
        refuse_coordinates(self)
        return self.cleaned_data


class UserForm(UpdateForm):
    class Meta:
        model = User
        fields = ("display_name", "username", "phone", "email")
        labels = {"email": "电子邮箱"}
        help_texts = {
            "username": "登录用，建议用姓名拼音；不能和别人相同。",
            "email": "填了邮箱，提醒也会发一份到邮箱。",
        }
        error_messages = {
            "username": {"unique": "这个用户名已经有人用了，请换一个。"},
            "email": {"invalid": "电子邮箱要写完整，例如 name@example.com；没有请留空。"},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        self.fields["display_name"].error_messages["required"] = "请填写姓名。"

    def clean_username(self) -> str:
        """No letters of other alphabets, which may look like Latin ones."""
        username: str = self.cleaned_data["username"]
        ASCIIUsernameValidator(message="用户名只能用英文字母、数字和 @ . + - _，请改写。")(username)
        return username


class MembershipForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ("role", "branch", "starts_on")
        widgets = {"branch": forms.Select(attrs={"data-pick": True}), "starts_on": DateInput()}
        help_texts = {
            "role": "书记可以确认、签字、销号；联络员办日常；县党建办、管理员、审计员看全县。",
            "branch": "县党建办、管理员、审计员请选所在的机关党组织。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.active()
        self.fields["branch"].empty_label = "请选择党组织"


class MembershipEndForm(forms.Form):
    ends_on = forms.DateField(
        label="最后一天",
        widget=DateInput(),
        help_text="这一天仍算任职；要马上收回，请填昨天或停用账号。",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = today


class WorkingDayForm(forms.Form):
    day = forms.DateField(label="日期", widget=DateInput())
    is_working = forms.TypedChoiceField(
        label="安排",
        choices=[("no", "放假"), ("yes", "上班")],
        coerce=lambda value: value == "yes",
        help_text="周末调休选上班。",
    )
    name = forms.CharField(
        label="说明", max_length=60, required=False, help_text="例如“国庆节”“国庆节调休”。"
    )
