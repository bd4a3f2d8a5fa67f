"""Imports that were made."""

import factory
from django.utils import timezone

from pairing.imports.enums import LedgerKind
from pairing.imports.models import ImportBatch


class ImportBatchFactory(factory.django.DjangoModelFactory):
    """One file of demands by nobody in particular; give the `context` of the rows it is to have written."""

    class Meta:
        model = ImportBatch

    kind = LedgerKind.DEMANDS
    file_name = "需求账单.xlsx"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    rows = 1
    created = 0
    changed = 0
    imported_at = factory.LazyFunction(timezone.now)
