"""One effect for each form of the routes, in the whole county."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import Attachment
from core.submissions import FIELD, new_token
from tests.security import targets
from tests.security.clicks import once
from tests.security.permissions import ACTORS, PERMISSIONS
from tests.security.test_double_submit import FORMS
from tests.security.world import World, fingerprint

pytestmark = pytest.mark.django_db(transaction=True)

# Forms that are answered by a page, for which no token is kept, and why that is enough.
EXEMPT = {
    "user_new": "answers with a password shown once, never kept; a second account of that name is refused",
    "user_reset_password": "answers with a password shown once; the copy answered last shows what counts",
}
IMPORTING = {"import_upload", "import_columns", "import_confirm"}  # sent one after another, below
OTHERS = sorted(
    name
    for name, rule in PERMISSIONS.items()
    if rule.post is not None and name not in {*FORMS, *EXEMPT, *IMPORTING}
)


@pytest.mark.parametrize("name", OTHERS)
def test_other_form_is_carried_out_once_of_three(name: str, county: World):
    """The others are sent on by the token's row before anything is done; what is done is one click's."""
    actor = next(actor for actor in ACTORS if actor in PERMISSIONS[name].post)
    once(county.clients[actor], targets.address(name, county), targets.body(name, county), times=3)
    assert fingerprint() != county.untouched


def test_upload_sent_again_with_another_file_is_another_form(county: World):
    """The token alone does not make a form: what is in the file counts as what is in a field."""
    url, token = targets.address("attachment_add", county), {FIELD: new_token()}
    before = Attachment.objects.count()
    for content in ("第一份", "第一份", "第二份"):
        file = SimpleUploadedFile("说明.txt", content.encode())
        assert county.clients["secretary_b"].post(url, {"file": file} | token).status_code == 302
    assert Attachment.objects.count() - before == 2
