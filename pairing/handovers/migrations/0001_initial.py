import core.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('branches', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Handover',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('on', models.DateField(verbose_name='交接日期')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                    ('state', core.fields.OneOfField(choices=[('planned', '待交接'), ('done', '已交接'), ('cancelled', '已取消')], default='planned', max_length=10, verbose_name='状态')),
                    ('state_reason', models.CharField(blank=True, max_length=300, verbose_name='取消理由')),
                    ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='交接时间')),
                    ('moved', models.JSONField(blank=True, default=dict, verbose_name='移交内容')),
                    ('left', models.JSONField(blank=True, default=list, verbose_name='没有移交的')),
                    ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                    ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='branches.membership', verbose_name='岗位')),
                    ('successor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接任人')),
                ],
                options={
                    'verbose_name': '交接',
                    'verbose_name_plural': '交接',
                    'ordering': ['-on', '-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'planned')), fields=('seat',), name='handover_one_planned'), models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at', None)), _connector='OR'), name='handover_done_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('state_reason', ''), _negated=True), _connector='OR'), name='handover_cancel_reason')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "handovers_handoverevent" ("created_at", "done_at", "id", "left", "moved", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_by_id", "seat_id", "state", "state_reason", "successor_id", "updated_at") VALUES (NEW."created_at", NEW."done_at", NEW."id", NEW."left", NEW."moved", NEW."note", NEW."on", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."planned_by_id", NEW."seat_id", NEW."state", NEW."state_reason", NEW."successor_id", NEW."updated_at"); RETURN NULL;', hash='744ea43e934fd6c9f9c030fd18c4fe6418a9896d', operation='INSERT', pgid='pgtrigger_insert_insert_b87f9', table='handovers_handover', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "handovers_handoverevent" ("created_at", "done_at", "id", "left", "moved", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_by_id", "seat_id", "state", "state_reason", "successor_id", "updated_at") VALUES (NEW."created_at", NEW."done_at", NEW."id", NEW."left", NEW."moved", NEW."note", NEW."on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."planned_by_id", NEW."seat_id", NEW."state", NEW."state_reason", NEW."successor_id", NEW."updated_at"); RETURN NULL;', hash='eeaebcfbf0e313fdae1774dd22fc055bdf583ee1', operation='UPDATE', pgid='pgtrigger_update_update_e2c99', table='handovers_handover', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='HandoverEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('on', models.DateField(verbose_name='交接日期')),
                    ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                    ('state', core.fields.OneOfField(choices=[('planned', '待交接'), ('done', '已交接'), ('cancelled', '已取消')], default='planned', max_length=10, verbose_name='状态')),
                    ('state_reason', models.CharField(blank=True, max_length=300, verbose_name='取消理由')),
                    ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='交接时间')),
                    ('moved', models.JSONField(blank=True, default=dict, verbose_name='移交内容')),
                    ('left', models.JSONField(blank=True, default=list, verbose_name='没有移交的')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='handovers.handover')),
                    ('planned_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办理人')),
                    ('seat', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='branches.membership', verbose_name='岗位')),
                    ('successor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接任人')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ec344e5b9763386c69daa36f5b60e43d5fc78026', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f9a46', table='handovers_handoverevent', when='BEFORE')),
                    ],
                },
            ),
        ]),
    ]
