"""What is asked of a password, where Django says it in no Chinese or in odd one."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator, UserAttributeSimilarityValidator


class LengthValidator(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return f"密码太短，至少要 {self.min_length} 个字符。"


class SimilarityValidator(UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return "密码和%(verbose_name)s太像，请换一个。"
