"""Let the assertions of the cases tell what they saw, as those of tests do."""

import pytest

pytest.register_assert_rewrite("tests.bad_input.cases", "tests.bad_input.steps")
