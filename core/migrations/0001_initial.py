import core.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=40, unique=True, verbose_name='任务')),
                    ('beat_at', models.DateTimeField(verbose_name='最近一次')),
                ],
                options={
                    'verbose_name': '心跳',
                    'verbose_name_plural': '心跳',
                },
            ),
            migrations.CreateModel(
                name='WorkingDay',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('day', models.DateField(unique=True, verbose_name='日期')),
                    ('is_working', models.BooleanField(verbose_name='上班')),
                    ('name', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                    ('is_guess', models.BooleanField(default=False, help_text='官方安排公布前的推测，请管理员核对', verbose_name='推测')),
                ],
                options={
                    'verbose_name': '工作日历',
                    'verbose_name_plural': '工作日历',
                    'ordering': ['day'],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('object_id', models.BigIntegerField(verbose_name='对象编号')),
                    ('name', models.CharField(max_length=120, verbose_name='文件名')),
                    ('media_type', models.CharField(help_text='as checked when it came', max_length=100, verbose_name='类型')),
                    ('size', models.PositiveIntegerField(verbose_name='字节数')),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                    ('file', models.FileField(upload_to='attachments', verbose_name='文件')),
                    ('thumbnail', models.FileField(blank=True, upload_to='attachments', verbose_name='缩略图')),
                    ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                    ('space', models.BigIntegerField(blank=True, help_text='the branch in whose space it counts, by its key', null=True, verbose_name='计入支部')),
                    ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='对象类型')),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
                ],
                options={
                    'verbose_name': '附件',
                    'verbose_name_plural': '附件',
                    'ordering': ['uploaded_at', 'pk'],
                    'indexes': [models.Index(fields=['space'], include=('size',), name='attachment_space')],
                    'constraints': [models.UniqueConstraint(fields=('content_type', 'object_id', 'sha256'), name='attachment_once'), models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='attachment_size')],
                },
            ),
            migrations.CreateModel(
                name='AuditEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='时间')),
                    ('action', models.CharField(help_text='e.g. plan_order.confirm', max_length=60, verbose_name='动作')),
                    ('target_type', models.CharField(max_length=60, verbose_name='对象类型')),
                    ('target_id', models.BigIntegerField(verbose_name='对象编号')),
                    ('target_label', models.CharField(max_length=200, verbose_name='对象')),
                    ('summary', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                    ('reason', models.TextField(blank=True, verbose_name='理由')),
                    ('changes', models.JSONField(blank=True, default=dict, verbose_name='变更')),
                    ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                ],
                options={
                    'verbose_name': '操作留痕',
                    'verbose_name_plural': '操作留痕',
                    'ordering': ['-at', '-pk'],
                    'indexes': [models.Index(fields=['target_type', 'target_id', '-at'], name='audit_target'), models.Index(fields=['action', '-at'], name='audit_action')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6b2652b5bb5129424469034ae53d5116f56d3e42', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_97da0', table='core_auditentry', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Notification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('channel', core.fields.OneOfField(choices=[('in_app', '站内'), ('email', '邮件')], max_length=10, verbose_name='渠道')),
                    ('dedupe_key', models.CharField(max_length=200, unique=True, verbose_name='去重键')),
                    ('subject', models.CharField(max_length=200, verbose_name='标题')),
                    ('body', models.TextField(blank=True, verbose_name='内容')),
                    ('url', models.CharField(blank=True, help_text='path within this site', max_length=300, verbose_name='链接')),
                    ('state', core.fields.OneOfField(choices=[('pending', '待发送'), ('claimed', '发送中'), ('sent', '已送达'), ('uncertain', '结果未知'), ('failed', '发送失败'), ('cancelled', '已取消')], default='pending', max_length=10, verbose_name='状态')),
                    ('due_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='应发时间')),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='送达时间')),
                    ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='阅读时间')),
                    ('attempt_count', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                    ('attempt_started_at', models.DateTimeField(blank=True, null=True, verbose_name='开始投递')),
                    ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='租约到期')),
                    ('lease_token', models.UUIDField(blank=True, null=True, verbose_name='租约')),
                    ('last_error', models.TextField(blank=True, verbose_name='最近错误')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='收件人')),
                ],
                options={
                    'verbose_name': '通知',
                    'verbose_name_plural': '通知',
                    'ordering': ['-due_at', '-pk'],
                    'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'claimed', 'failed', 'uncertain'])), fields=['state', 'due_at'], name='notification_unsettled'), models.Index(fields=['recipient', '-due_at'], name='notification_inbox'), models.Index(condition=models.Q(('channel', 'in_app'), ('read_at', None), ('state', 'sent')), fields=['recipient'], name='notification_unread')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='notification_sent_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'claimed'), _negated=True), models.Q(('lease_token__isnull', False), ('lease_until__isnull', False)), _connector='OR'), name='notification_claimed_has_lease')],
                },
            ),
            migrations.CreateModel(
                name='SubmitToken',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=64, verbose_name='表单摘要')),
                    ('location', models.CharField(blank=True, max_length=1000, verbose_name='结果页')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='提交时间')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ],
                options={
                    'verbose_name': '表单提交',
                    'verbose_name_plural': '表单提交',
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='submit_token_once')],
                },
            ),
        ]),
    ]
