import core.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_initial'),
        ('branches', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('plans', '0001_initial'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='ReviewSeries',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('kind', core.fields.OneOfField(choices=[('communication', '沟通'), ('dispatch', '调度'), ('seminar', '研讨')], max_length=20, verbose_name='种类')),
                    ('starts_on', models.DateField(verbose_name='开始日期')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='结束日期')),
                    ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_series', to='plans.pairing', verbose_name='结对')),
                ],
                options={
                    'verbose_name': '例会系列',
                    'verbose_name_plural': '例会系列',
                    'ordering': ['pairing', 'kind'],
                    'constraints': [models.UniqueConstraint(fields=('pairing', 'kind'), name='review_series_once'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='review_series_term')],
                },
            ),
            migrations.CreateModel(
                name='Review',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('period_key', models.CharField(help_text='2026-03, 2026Q1 or 2026', max_length=10, verbose_name='期间')),
                    ('period_starts_on', models.DateField(verbose_name='期间起')),
                    ('due_on', models.DateField(verbose_name='应开日期')),
                    ('state', core.fields.OneOfField(choices=[('due', '待召开'), ('held', '已召开'), ('held_late', '补开')], default='due', max_length=10, verbose_name='状态')),
                    ('held_on', models.DateField(blank=True, null=True, verbose_name='召开日期')),
                    ('held_by', core.fields.OneOfField(blank=True, choices=[('meeting', '会议'), ('call', '电话视频'), ('visit', '走访')], max_length=10, verbose_name='方式')),
                    ('minutes', models.TextField(blank=True, max_length=8000, verbose_name='纪要')),
                    ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reviews', to='activities.activity', verbose_name='会议活动')),
                    ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='reviews.reviewseries', verbose_name='系列')),
                ],
                options={
                    'verbose_name': '例会',
                    'verbose_name_plural': '例会',
                    'ordering': ['due_on', 'series', 'pk'],
                    'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_on'], name='review_due')],
                    'constraints': [models.UniqueConstraint(fields=('series', 'period_key'), name='review_once_a_period'), models.CheckConstraint(condition=models.Q(models.Q(('held_on__isnull', True), ('state', 'due')), models.Q(models.Q(('state', 'due'), _negated=True), ('held_on__isnull', False)), _connector='OR'), name='review_held_has_date')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reviews_reviewevent" ("activity_id", "created_at", "due_on", "held_by", "held_on", "id", "minutes", "period_key", "period_starts_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "series_id", "state", "updated_at") VALUES (NEW."activity_id", NEW."created_at", NEW."due_on", NEW."held_by", NEW."held_on", NEW."id", NEW."minutes", NEW."period_key", NEW."period_starts_on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."series_id", NEW."state", NEW."updated_at"); RETURN NULL;', hash='0c16a79a1f3aeb4771c44a60af3663b96f7c8829', operation='INSERT', pgid='pgtrigger_insert_insert_7a7c1', table='reviews_review', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reviews_reviewevent" ("activity_id", "created_at", "due_on", "held_by", "held_on", "id", "minutes", "period_key", "period_starts_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "series_id", "state", "updated_at") VALUES (NEW."activity_id", NEW."created_at", NEW."due_on", NEW."held_by", NEW."held_on", NEW."id", NEW."minutes", NEW."period_key", NEW."period_starts_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."series_id", NEW."state", NEW."updated_at"); RETURN NULL;', hash='a09357fc2452d6334a34b0dab3e320746e9a4ff8', operation='UPDATE', pgid='pgtrigger_update_update_b34c8', table='reviews_review', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ActionItem',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('title', models.CharField(max_length=200, verbose_name='事项')),
                    ('responsible', models.CharField(blank=True, max_length=60, verbose_name='责任人')),
                    ('due_on', models.DateField(verbose_name='完成时限')),
                    ('done_on', models.DateField(blank=True, null=True, verbose_name='完成日期')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_items', to='branches.branch', verbose_name='负责支部')),
                    ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_items', to='reviews.review', verbose_name='例会')),
                ],
                options={
                    'verbose_name': '督办事项',
                    'verbose_name_plural': '督办事项',
                    'ordering': ['due_on', 'pk'],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "reviews_actionitemevent" ("created_at", "done_on", "due_on", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible", "review_id", "title", "updated_at") VALUES (NEW."created_at", NEW."done_on", NEW."due_on", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."responsible", NEW."review_id", NEW."title", NEW."updated_at"); RETURN NULL;', hash='1cdd4eae5361b79895f983219c63e189da44c68e', operation='INSERT', pgid='pgtrigger_insert_insert_fff3b', table='reviews_actionitem', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "reviews_actionitemevent" ("created_at", "done_on", "due_on", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "responsible", "review_id", "title", "updated_at") VALUES (NEW."created_at", NEW."done_on", NEW."due_on", NEW."id", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."responsible", NEW."review_id", NEW."title", NEW."updated_at"); RETURN NULL;', hash='845585ba6888a91308f790a52e9d4174b1b4cc42', operation='UPDATE', pgid='pgtrigger_update_update_a49af', table='reviews_actionitem', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ReviewEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('period_key', models.CharField(help_text='2026-03, 2026Q1 or 2026', max_length=10, verbose_name='期间')),
                    ('period_starts_on', models.DateField(verbose_name='期间起')),
                    ('due_on', models.DateField(verbose_name='应开日期')),
                    ('state', core.fields.OneOfField(choices=[('due', '待召开'), ('held', '已召开'), ('held_late', '补开')], default='due', max_length=10, verbose_name='状态')),
                    ('held_on', models.DateField(blank=True, null=True, verbose_name='召开日期')),
                    ('held_by', core.fields.OneOfField(blank=True, choices=[('meeting', '会议'), ('call', '电话视频'), ('visit', '走访')], max_length=10, verbose_name='方式')),
                    ('minutes', models.TextField(blank=True, max_length=8000, verbose_name='纪要')),
                    ('activity', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.activity', verbose_name='会议活动')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reviews.review')),
                    ('series', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reviews.reviewseries', verbose_name='系列')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a1e209eb50ced211e995b11f77552ac291a0cae', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_92188', table='reviews_reviewevent', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ActionItemEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('title', models.CharField(max_length=200, verbose_name='事项')),
                    ('responsible', models.CharField(blank=True, max_length=60, verbose_name='责任人')),
                    ('due_on', models.DateField(verbose_name='完成时限')),
                    ('done_on', models.DateField(blank=True, null=True, verbose_name='完成日期')),
                    ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='branches.branch', verbose_name='负责支部')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='reviews.actionitem')),
                    ('review', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='reviews.review', verbose_name='例会')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='19dbda196cdaeea151d3fea32f94c300fedf6a27', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0ec21', table='reviews_actionitemevent', when='BEFORE')),
                    ],
                },
            ),
        ]),
    ]
