import core.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
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
        ('plans', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='ActivityKind',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=40, unique=True, verbose_name='名称')),
                    ('line', core.fields.OneOfField(choices=[('organisation', '组织联建'), ('activity', '活动联办'), ('talent', '人才联育'), ('work', '工作联抓')], max_length=20, verbose_name='四联类别')),
                    ('is_volunteer_service', models.BooleanField(default=False, verbose_name='计入联合志愿服务')),
                    ('position', models.PositiveSmallIntegerField(default=0, verbose_name='排序')),
                    ('retired_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ],
                options={
                    'verbose_name': '活动类型',
                    'verbose_name_plural': '活动类型',
                    'ordering': ['position', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='Subject',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', core.fields.OneOfField(choices=[('branch', '支部'), ('venue', '场地'), ('person', '人员')], max_length=10, verbose_name='类别')),
                    ('key', models.CharField(help_text='branch:12, venue:名称, person:支部/姓名', max_length=300, unique=True, verbose_name='键')),
                    ('name', models.CharField(max_length=200, verbose_name='名称')),
                ],
                options={
                    'verbose_name': '占用对象',
                    'verbose_name_plural': '占用对象',
                    'ordering': ['pk'],
                },
            ),
            migrations.CreateModel(
                name='Activity',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('serial', models.PositiveIntegerField(verbose_name='序号')),
                    ('title', models.CharField(max_length=120, verbose_name='活动名称')),
                    ('starts_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='开始时间')),
                    ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                    ('venue', models.CharField(blank=True, max_length=200, verbose_name='地点')),
                    ('person', models.CharField(blank=True, max_length=60, verbose_name='主讲/带队')),
                    ('member_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='参加党员数')),
                    ('served_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='服务群众人次')),
                    ('record', models.TextField(blank=True, max_length=4000, verbose_name='纪实')),
                    ('state', core.fields.OneOfField(choices=[('planned', '拟定'), ('announced', '已通知'), ('under_way', '进行中'), ('to_record', '待补记录'), ('archived', '已归档'), ('cancelled', '取消')], default='planned', max_length=20, verbose_name='状态')),
                    ('state_reason', models.CharField(blank=True, max_length=300, verbose_name='状态说明')),
                    ('unplaced_reason', models.CharField(blank=True, max_length=300, verbose_name='未能排期的原因')),
                    ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                    ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='plans.pairing', verbose_name='结对')),
                    ('plan_order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='plans.planorder', verbose_name='对应定单')),
                    ('task', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='activity', to='plans.plantask', verbose_name='定单任务')),
                    ('kind', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='activities.activitykind', verbose_name='活动类型')),
                ],
                options={
                    'verbose_name': '活动',
                    'verbose_name_plural': '活动',
                    'ordering': ['starts_at', 'pk'],
                    'indexes': [models.Index(condition=models.Q(('state__in', ['announced', 'under_way', 'to_record'])), fields=['ends_at'], name='activity_awaited')],
                    'constraints': [models.UniqueConstraint(fields=('serial',), name='activity_serial'), models.CheckConstraint(condition=models.Q(models.Q(('ends_at__isnull', True), ('starts_at__isnull', True)), models.Q(('ends_at__gt', models.F('starts_at')), ('ends_at__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='activity_times', violation_error_message='结束时间须晚于开始时间。'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'cancelled']), ('starts_at__isnull', False), _connector='OR'), name='activity_scheduled_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), _negated=True), models.Q(('state_reason', ''), _negated=True), _connector='OR'), name='activity_cancel_reason', violation_error_message='取消活动要写明理由。')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='tally', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' THEN\n                IF (OLD.state, OLD.kind_id, OLD.starts_at, OLD.served_count) IS NOT DISTINCT FROM (NEW.state, NEW.kind_id, NEW.starts_at, NEW.served_count) THEN RETURN NULL; END IF;\n            END IF;\n            IF TG_OP <> 'INSERT' THEN IF OLD.state = 'archived' THEN\n        INSERT INTO activities_activitytally (is_month, day, kind_id, activity_count, served_count)\n        VALUES (false, (OLD.starts_at AT TIME ZONE 'Asia/Shanghai')::date, OLD.kind_id, -1, -COALESCE(OLD.served_count, 0)), (true, date_trunc('month', (OLD.starts_at AT TIME ZONE 'Asia/Shanghai'))::date, OLD.kind_id, -1, -COALESCE(OLD.served_count, 0));\n    END IF; END IF;\n            IF TG_OP <> 'DELETE' THEN IF NEW.state = 'archived' THEN\n        INSERT INTO activities_activitytally (is_month, day, kind_id, activity_count, served_count)\n        VALUES (false, (NEW.starts_at AT TIME ZONE 'Asia/Shanghai')::date, NEW.kind_id, +1, +COALESCE(NEW.served_count, 0)), (true, date_trunc('month', (NEW.starts_at AT TIME ZONE 'Asia/Shanghai'))::date, NEW.kind_id, +1, +COALESCE(NEW.served_count, 0));\n    END IF; END IF;\n            RETURN NULL;\n        ", hash='a114c865694c8d18dd5e6d97ef54977cf056967c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tally_0b134', table='activities_activity', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_activityevent" ("created_at", "ends_at", "id", "kind_id", "member_count", "pairing_id", "person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_order_id", "record", "serial", "served_count", "starts_at", "state", "state_reason", "task_id", "title", "unplaced_reason", "updated_at", "venue", "version") VALUES (NEW."created_at", NEW."ends_at", NEW."id", NEW."kind_id", NEW."member_count", NEW."pairing_id", NEW."person", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_order_id", NEW."record", NEW."serial", NEW."served_count", NEW."starts_at", NEW."state", NEW."state_reason", NEW."task_id", NEW."title", NEW."unplaced_reason", NEW."updated_at", NEW."venue", NEW."version"); RETURN NULL;', hash='ad177e8dd7b92887bb735c451d7b10bb475a24ae', operation='INSERT', pgid='pgtrigger_insert_insert_6de9c', table='activities_activity', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_activityevent" ("created_at", "ends_at", "id", "kind_id", "member_count", "pairing_id", "person", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_order_id", "record", "serial", "served_count", "starts_at", "state", "state_reason", "task_id", "title", "unplaced_reason", "updated_at", "venue", "version") VALUES (NEW."created_at", NEW."ends_at", NEW."id", NEW."kind_id", NEW."member_count", NEW."pairing_id", NEW."person", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_order_id", NEW."record", NEW."serial", NEW."served_count", NEW."starts_at", NEW."state", NEW."state_reason", NEW."task_id", NEW."title", NEW."unplaced_reason", NEW."updated_at", NEW."venue", NEW."version"); RETURN NULL;', hash='8eaaff04e19821f8e3b7084853bd37bac8ac80b4', operation='UPDATE', pgid='pgtrigger_update_update_a56a1', table='activities_activity', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ActivityTally',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('is_month', models.BooleanField(help_text='counts the whole month that starts on the day', verbose_name='按月')),
                    ('day', models.DateField(verbose_name='日期')),
                    ('activity_count', models.IntegerField(help_text='negative where one was taken off the records', verbose_name='活动数')),
                    ('served_count', models.BigIntegerField(verbose_name='服务群众人次')),
                    ('kind', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='activities.activitykind', verbose_name='活动类型')),
                ],
                options={
                    'verbose_name': '活动计数',
                    'verbose_name_plural': '活动计数',
                    'ordering': ['is_month', 'day', 'kind', 'pk'],
                    'indexes': [models.Index(fields=['is_month', 'day'], name='tally_day')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('is_month', False), ('day__day', 1), _connector='OR'), name='tally_month_starts_on_its_first')],
                },
            ),
            migrations.CreateModel(
                name='Closure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='时段')),
                    ('reason', models.CharField(max_length=100, verbose_name='原因')),
                    ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='activities.subject', verbose_name='对象')),
                ],
                options={
                    'verbose_name': '停用',
                    'verbose_name_plural': '停用',
                    'ordering': ['period', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('period__isempty', False), ('period__lower_inf', False), ('period__upper_inf', False)), name='closure_period_bounded'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='closure_reason', violation_error_message='请写明停用的原因。')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_closureevent" ("created_at", "id", "noted_by_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "subject_id", "updated_at") VALUES (NEW."created_at", NEW."id", NEW."noted_by_id", NEW."period", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."subject_id", NEW."updated_at"); RETURN NULL;', hash='2634b9a422c9bcad9db5eb11cbac059a7446b2ee', operation='INSERT', pgid='pgtrigger_insert_insert_8ec73', table='activities_closure', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_closureevent" ("created_at", "id", "noted_by_id", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "subject_id", "updated_at") VALUES (NEW."created_at", NEW."id", NEW."noted_by_id", NEW."period", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."subject_id", NEW."updated_at"); RETURN NULL;', hash='1d43ce338c784a0556f4dde18686529f46393d24', operation='UPDATE', pgid='pgtrigger_update_update_83285', table='activities_closure', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ActivityEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('serial', models.PositiveIntegerField(verbose_name='序号')),
                    ('title', models.CharField(max_length=120, verbose_name='活动名称')),
                    ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='开始时间')),
                    ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='结束时间')),
                    ('venue', models.CharField(blank=True, max_length=200, verbose_name='地点')),
                    ('person', models.CharField(blank=True, max_length=60, verbose_name='主讲/带队')),
                    ('member_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='参加党员数')),
                    ('served_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='服务群众人次')),
                    ('record', models.TextField(blank=True, max_length=4000, verbose_name='纪实')),
                    ('state', core.fields.OneOfField(choices=[('planned', '拟定'), ('announced', '已通知'), ('under_way', '进行中'), ('to_record', '待补记录'), ('archived', '已归档'), ('cancelled', '取消')], default='planned', max_length=20, verbose_name='状态')),
                    ('state_reason', models.CharField(blank=True, max_length=300, verbose_name='状态说明')),
                    ('unplaced_reason', models.CharField(blank=True, max_length=300, verbose_name='未能排期的原因')),
                    ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                    ('pairing', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='plans.pairing', verbose_name='结对')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='activities.activity')),
                    ('plan_order', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='plans.planorder', verbose_name='对应定单')),
                    ('task', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='plans.plantask', verbose_name='定单任务')),
                    ('kind', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.activitykind', verbose_name='活动类型')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='db1ce8ee7434c8d6ffd204f1fd78016cd3a3a0a3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_09934', table='activities_activityevent', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Booking',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='时段')),
                    ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='activities.activity', verbose_name='活动')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='activities.subject', verbose_name='对象')),
                ],
                options={
                    'verbose_name': '占用',
                    'verbose_name_plural': '占用',
                    'ordering': ['period'],
                    'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('subject_id'), models.F('subject_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), ('period', '&&')], name='booking_no_overlap', violation_error_message='这个时段已被占用。'), models.CheckConstraint(condition=models.Q(('period__isempty', False), ('period__lower_inf', False), ('period__upper_inf', False)), name='booking_period_bounded'), models.UniqueConstraint(fields=('subject', 'activity'), name='booking_once')],
                },
            ),
            migrations.CreateModel(
                name='ClosureEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField(verbose_name='时段')),
                    ('reason', models.CharField(max_length=100, verbose_name='原因')),
                    ('noted_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='登记人')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='activities.closure')),
                    ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.subject', verbose_name='对象')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='78097d35ae0ccd166712635fa2c4135d16f8a4e9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a1ea5', table='activities_closureevent', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Outcome',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('value', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='数值')),
                    ('position', models.PositiveSmallIntegerField(default=1, verbose_name='排序')),
                    ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='activities.activity', verbose_name='活动')),
                    ('metric', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='plans.metric', verbose_name='指标')),
                ],
                options={
                    'verbose_name': '成效',
                    'verbose_name_plural': '成效',
                    'ordering': ['activity', 'position'],
                    'constraints': [models.UniqueConstraint(fields=('activity', 'metric'), name='outcome_once'), models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='outcome_value', violation_error_message='成效数值不能为负数。')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_outcomeevent" ("activity_id", "created_at", "id", "metric_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "updated_at", "value") VALUES (NEW."activity_id", NEW."created_at", NEW."id", NEW."metric_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."updated_at", NEW."value"); RETURN NULL;', hash='85598a8833b091aff5ab8f890929090ded832a2e', operation='INSERT', pgid='pgtrigger_insert_insert_3cd05', table='activities_outcome', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_outcomeevent" ("activity_id", "created_at", "id", "metric_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "updated_at", "value") VALUES (NEW."activity_id", NEW."created_at", NEW."id", NEW."metric_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."updated_at", NEW."value"); RETURN NULL;', hash='93afe7ed00e76899e21ec5df45b5c754b218735e', operation='UPDATE', pgid='pgtrigger_update_update_24040', table='activities_outcome', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Participation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('role', core.fields.OneOfField(choices=[('party_a', '甲方'), ('party_b', '乙方'), ('other', '参加')], max_length=10, verbose_name='角色')),
                    ('expected_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='应到')),
                    ('attended_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='实到')),
                    ('absence_reason', models.CharField(blank=True, max_length=200, verbose_name='缺席原因')),
                    ('activity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='activities.activity', verbose_name='活动')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participations', to='branches.branch', verbose_name='支部')),
                ],
                options={
                    'verbose_name': '参加',
                    'verbose_name_plural': '参加',
                    'ordering': ['activity', 'role', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('activity', 'branch'), name='participation_once'), models.CheckConstraint(condition=models.Q(('expected_count__isnull', True), ('attended_count__isnull', True), ('attended_count__lte', models.F('expected_count')), _connector='OR'), name='participation_attended', violation_error_message='实到人数不能多于应到人数。'), models.UniqueConstraint(condition=models.Q(('role__in', ['party_a', 'party_b'])), fields=('activity', 'role'), name='participation_one_of_each_side')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_participationevent" ("absence_reason", "activity_id", "attended_count", "branch_id", "created_at", "expected_count", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "updated_at") VALUES (NEW."absence_reason", NEW."activity_id", NEW."attended_count", NEW."branch_id", NEW."created_at", NEW."expected_count", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."updated_at"); RETURN NULL;', hash='28e6e69417e7f99a9336f384a149da2d92de7b2f', operation='INSERT', pgid='pgtrigger_insert_insert_8822d', table='activities_participation', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_participationevent" ("absence_reason", "activity_id", "attended_count", "branch_id", "created_at", "expected_count", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "updated_at") VALUES (NEW."absence_reason", NEW."activity_id", NEW."attended_count", NEW."branch_id", NEW."created_at", NEW."expected_count", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."updated_at"); RETURN NULL;', hash='94a0b4f65db75138970e473dc822d82f6f8b9ea9', operation='UPDATE', pgid='pgtrigger_update_update_55c88', table='activities_participation', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='OutcomeEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('value', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='数值')),
                    ('position', models.PositiveSmallIntegerField(default=1, verbose_name='排序')),
                    ('activity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.activity', verbose_name='活动')),
                    ('metric', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='plans.metric', verbose_name='指标')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='activities.outcome')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c8032e4649c4f87ee2271e934aa69a6ec7227a6e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7ee54', table='activities_outcomeevent', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ParticipationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('role', core.fields.OneOfField(choices=[('party_a', '甲方'), ('party_b', '乙方'), ('other', '参加')], max_length=10, verbose_name='角色')),
                    ('expected_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='应到')),
                    ('attended_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='实到')),
                    ('absence_reason', models.CharField(blank=True, max_length=200, verbose_name='缺席原因')),
                    ('activity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.activity', verbose_name='活动')),
                    ('branch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='branches.branch', verbose_name='支部')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='activities.participation')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bf349faea29f907db7ba65ddca21ff27b5414e5a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7e679', table='activities_participationevent', when='BEFORE')),
                    ],
                },
            ),
        ]),
    ]
