"""What a person types about organisations, people and the working calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, UsernameField
from django.contrib.auth.validators import ASCIIUsernameValidator

from branches.enums import Role
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
        "invalid_login": "用户名或密码不对，请核对密码的大小写后再试；连续输错会暂停登录。",
        "inactive": "这个账号已停用，请联系县党建办的系统管理员。",
    }

    def clean_username(self) -> str:
        """As it is stored, so that the count of wrong attempts knows one name, however it is typed."""
        name: str = User.normalize_username(self.cleaned_data["username"])
        return name


class OwnPasswordForm(PasswordChangeForm):
    """What is wrong with a password stands beside it, not beside its repetition."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "旧密码不对，请重新输入。",
        "password_mismatch": "两次输入的新密码不一样，请再输一次。",
        "password_same": "新密码不能和旧密码一样，请换一个。",
    }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields["old_password"].label = "一次性密码" if user.must_change_password else "旧密码"
        new, again = self.fields["new_password1"], self.fields["new_password2"]
        new.help_text = "至少 10 个字符，不能全是数字，不要用姓名、用户名或常见的词。"
        again.label, again.help_text = "再输一次新密码", ""

    def validate_password_for_user(self, user: User, *_where: str) -> None:
        super().validate_password_for_user(user, "new_password1")

    def clean(self) -> dict[str, Any]:
        super().clean()
        new = self.cleaned_data.get("new_password1")
        if new and new == self.cleaned_data.get("old_password"):
            self.add_error("new_password1", self.error_messages["password_same"])
        return self.cleaned_data


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
            "secretary_name": "登记了任职的显示任职的人，没有任职时显示这里的。",
            "liaison_name": "登记了任职的显示任职的人，没有任职时显示这里的。",
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
        superiors = Branch.objects.active()
        if self.instance.pk:
            superiors = superiors.exclude(pk__in=self.instance.descendants(include_self=True))
        self.fields["parent"].queryset = superiors
        self.fields["member_count"].required = False

    def clean(self) -> dict[str, Any]:
        super().clean()
        refuse_coordinates(self)
        return self.cleaned_data

    def clean_member_count(self) -> int:
        return self.cleaned_data["member_count"] or 0


class UserForm(UpdateForm):
    class Meta:
        model = User
        fields = ("display_name", "username", "phone", "email")
        labels = {"email": "电子邮箱"}
        help_texts = {
            "username": "登录用，建议用姓名拼音，字母不分大小写；不能和别人相同。",
            "email": "填了邮箱，提醒也会发一份到邮箱。",
        }
        error_messages = {
            "username": {"required": "请填写用户名。", "unique": "这个用户名已经有人用了，请换一个。"},
            "email": {"invalid": "电子邮箱要写完整，例如 name@example.com；没有请留空。"},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        self.fields["display_name"].error_messages["required"] = "请填写姓名。"

    def clean_username(self) -> str:
        """No letters of other alphabets, which may look like Latin ones."""
        username: str = User.normalize_username(self.cleaned_data["username"])
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
        self.fields["role"].choices = [("", "请选择角色"), *Role.choices]

    def validate_constraints(self) -> None:
        """The service says which seat the person holds already, beside the organisation."""


class MembershipEndForm(forms.Form):
    ends_on = forms.DateField(
        label="最后一天",
        widget=DateInput(),
        help_text="这一天仍算任职；要马上收回，请填昨天。今天才登记错的、还没开始的，填开始前一天就撤回登记。",
    )

    def __init__(self, *args: Any, seat: Membership, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_to_come = seat.starts_on > today
        self.fields["ends_on"].initial = seat.starts_on - timedelta(days=1) if is_to_come else today


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
