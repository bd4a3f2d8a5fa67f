import core.fields
import core.search.fields
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                    ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                    ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                    ('display_name', models.CharField(blank=True, max_length=60, verbose_name='姓名')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='手机')),
                    ('must_change_password', models.BooleanField(default=False, verbose_name='须改密码')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'verbose_name': '用户',
                    'verbose_name_plural': '用户',
                    'ordering': ['username'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('username', django.db.models.functions.text.Lower('username'))), name='user_name_lower_case', violation_error_message='用户名里的字母须是小写。')],
                },
                managers=[
                    ('objects', django.contrib.auth.models.UserManager()),
                ],
            ),
            migrations.CreateModel(
                name='Branch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('search', core.search.fields.SearchField(editable=False, null=True, verbose_name='检索词')),
                    ('name', models.CharField(max_length=100, unique=True, verbose_name='党组织名称')),
                    ('name_key', models.CharField(db_index=True, default='', editable=False, max_length=600, verbose_name='拼音排序键')),
                    ('kind', core.fields.OneOfField(choices=[('office', '机关'), ('station', '所站'), ('community', '社区'), ('village', '村'), ('police', '公安'), ('city_section', '市局科室'), ('school', '学校'), ('hospital', '医院'), ('company', '企业'), ('court', '法院'), ('bank', '银行'), ('power', '供电'), ('other', '其他')], default='other', max_length=20, verbose_name='组织类型')),
                    ('secretary_name', models.CharField(blank=True, max_length=60, verbose_name='书记')),
                    ('liaison_name', models.CharField(blank=True, max_length=60, verbose_name='联络员')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='联系电话')),
                    ('member_count', models.PositiveIntegerField(default=0, verbose_name='党员人数')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                    ('longitude', models.FloatField(blank=True, null=True, verbose_name='经度')),
                    ('latitude', models.FloatField(blank=True, null=True, verbose_name='纬度')),
                    ('serial', models.PositiveIntegerField(blank=True, null=True, verbose_name='序号')),
                    ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='children', to='branches.branch', verbose_name='上级党组织')),
                ],
                options={
                    'verbose_name': '党组织',
                    'verbose_name_plural': '党组织',
                    'ordering': ['serial', 'name_key', 'pk'],
                    'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['search'], name='branch_search')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='branch_not_own_parent'), models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='branch_coordinates', violation_error_message='经度须在 ±180、纬度须在 ±90 之间，且要么都填、要么都不填。')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='search_stale', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."name" IS DISTINCT FROM (NEW."name"))', func='IF NEW.search IS NOT DISTINCT FROM OLD.search THEN NEW.search := NULL; END IF; RETURN NEW;', hash='fecb4d1aa73cb2201d7be98d37a630aa76865625', operation='UPDATE', pgid='pgtrigger_search_stale_ceb89', table='branches_branch', when='BEFORE')),
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "branches_branchevent" ("address", "created_at", "dissolved_on", "id", "kind", "latitude", "liaison_name", "longitude", "member_count", "name", "name_key", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "secretary_name", "serial", "updated_at") VALUES (NEW."address", NEW."created_at", NEW."dissolved_on", NEW."id", NEW."kind", NEW."latitude", NEW."liaison_name", NEW."longitude", NEW."member_count", NEW."name", NEW."name_key", NEW."parent_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."secretary_name", NEW."serial", NEW."updated_at"); RETURN NULL;', hash='de1a5bdeff701e9b8623aeb67f8ed0a08013f5aa', operation='INSERT', pgid='pgtrigger_insert_insert_00e85', table='branches_branch', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dissolved_on" IS DISTINCT FROM (NEW."dissolved_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."liaison_name" IS DISTINCT FROM (NEW."liaison_name") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."member_count" IS DISTINCT FROM (NEW."member_count") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_key" IS DISTINCT FROM (NEW."name_key") OR OLD."parent_id" IS DISTINCT FROM (NEW."parent_id") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."secretary_name" IS DISTINCT FROM (NEW."secretary_name") OR OLD."serial" IS DISTINCT FROM (NEW."serial") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))', func='INSERT INTO "branches_branchevent" ("address", "created_at", "dissolved_on", "id", "kind", "latitude", "liaison_name", "longitude", "member_count", "name", "name_key", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "secretary_name", "serial", "updated_at") VALUES (NEW."address", NEW."created_at", NEW."dissolved_on", NEW."id", NEW."kind", NEW."latitude", NEW."liaison_name", NEW."longitude", NEW."member_count", NEW."name", NEW."name_key", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."secretary_name", NEW."serial", NEW."updated_at"); RETURN NULL;', hash='3563d960a6a42b61f26a15750995e2d3139b7ed3', operation='UPDATE', pgid='pgtrigger_update_update_98809', table='branches_branch', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='tree', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF NEW.parent_id IS NULL OR NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN RETURN NEW; END IF;\n    PERFORM pg_advisory_xact_lock(hashtext('branches_branch.parent_id'));\n    IF EXISTS (\n        WITH RECURSIVE above AS (\n            SELECT NEW.parent_id AS id\n            UNION\n            SELECT branch.parent_id FROM branches_branch AS branch JOIN above ON branch.id = above.id\n        )\n        SELECT FROM above WHERE id = NEW.id\n    ) THEN\n        RAISE check_violation USING\n            MESSAGE = 'branch_tree: an organisation would stand below itself', CONSTRAINT = 'branch_tree';\n    END IF;\n    RETURN NEW;\n", hash='f289d52901c0776005e50976b4fe2cb4fe6ed9bd', operation='INSERT OR UPDATE OF "parent_id"', pgid='pgtrigger_tree_a4cda', table='branches_branch', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='BranchEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('name', models.CharField(max_length=100, verbose_name='党组织名称')),
                    ('name_key', models.CharField(default='', editable=False, max_length=600, verbose_name='拼音排序键')),
                    ('kind', core.fields.OneOfField(choices=[('office', '机关'), ('station', '所站'), ('community', '社区'), ('village', '村'), ('police', '公安'), ('city_section', '市局科室'), ('school', '学校'), ('hospital', '医院'), ('company', '企业'), ('court', '法院'), ('bank', '银行'), ('power', '供电'), ('other', '其他')], default='other', max_length=20, verbose_name='组织类型')),
                    ('secretary_name', models.CharField(blank=True, max_length=60, verbose_name='书记')),
                    ('liaison_name', models.CharField(blank=True, max_length=60, verbose_name='联络员')),
                    ('phone', models.CharField(blank=True, max_length=30, verbose_name='联系电话')),
                    ('member_count', models.PositiveIntegerField(default=0, verbose_name='党员人数')),
                    ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                    ('longitude', models.FloatField(blank=True, null=True, verbose_name='经度')),
                    ('latitude', models.FloatField(blank=True, null=True, verbose_name='纬度')),
                    ('serial', models.PositiveIntegerField(blank=True, null=True, verbose_name='序号')),
                    ('dissolved_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                    ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='branches.branch', verbose_name='上级党组织')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='branches.branch')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='99d60959ae1a0dd160e96a422451ee4e63e4c692', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45af5', table='branches_branchevent', when='BEFORE')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('role', core.fields.OneOfField(choices=[('secretary', '支部书记'), ('liaison', '支部联络员'), ('member', '党员'), ('county_office', '县党建办'), ('admin', '管理员'), ('auditor', '审计员')], max_length=20, verbose_name='角色')),
                    ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='开始日期')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='结束日期')),
                    ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='branches.branch', verbose_name='党组织')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ],
                options={
                    'verbose_name': '任职',
                    'verbose_name_plural': '任职',
                    'ordering': ['branch', 'role', 'pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='membership_period', violation_error_message='任职结束日期不能早于开始日期。'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('user', 'branch', 'role'), name='membership_one_open_seat', violation_error_message='这个人已在该组织担任同一职务。')],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "branches_membershipevent" ("branch_id", "created_at", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts_on", "updated_at", "user_id") VALUES (NEW."branch_id", NEW."created_at", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."starts_on", NEW."updated_at", NEW."user_id"); RETURN NULL;', hash='c078ebdf1107f5d2bdf7a727978e4e99dae195cf', operation='INSERT', pgid='pgtrigger_insert_insert_8d86c', table='branches_membership', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "branches_membershipevent" ("branch_id", "created_at", "ends_on", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts_on", "updated_at", "user_id") VALUES (NEW."branch_id", NEW."created_at", NEW."ends_on", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."starts_on", NEW."updated_at", NEW."user_id"); RETURN NULL;', hash='63263acba38c3895ac744990c2714d28ee6031d9', operation='UPDATE', pgid='pgtrigger_update_update_b3d15', table='branches_membership', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='MembershipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('role', core.fields.OneOfField(choices=[('secretary', '支部书记'), ('liaison', '支部联络员'), ('member', '党员'), ('county_office', '县党建办'), ('admin', '管理员'), ('auditor', '审计员')], max_length=20, verbose_name='角色')),
                    ('starts_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='开始日期')),
                    ('ends_on', models.DateField(blank=True, null=True, verbose_name='结束日期')),
                    ('branch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='branches.branch', verbose_name='党组织')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='branches.membership')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f910b3babe378fa33cd2992dbe4d4711bad8cb23', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_040a8', table='branches_membershipevent', when='BEFORE')),
                    ],
                },
            ),
        ]),
    ]
