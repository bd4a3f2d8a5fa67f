import core.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('branches', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('dedupe_key', models.CharField(help_text='rule:object@due date:stage:branch:role', max_length=120, unique=True, verbose_name='去重键')),
                ('rule', models.CharField(max_length=40, verbose_name='规则')),
                ('object_id', models.BigIntegerField(verbose_name='对象编号')),
                ('stage_days', models.SmallIntegerField(help_text='-7, -1, 0, 3, 7 days from the due date', verbose_name='阶段')),
                ('due_on', models.DateField(verbose_name='到期日')),
                ('remind_on', models.DateField(verbose_name='提醒日')),
                ('role', core.fields.OneOfField(choices=[('secretary', '支部书记'), ('liaison', '支部联络员'), ('member', '党员'), ('county_office', '县党建办'), ('admin', '管理员'), ('auditor', '审计员')], max_length=20, verbose_name='角色')),
                ('state', core.fields.OneOfField(choices=[('pending', '待提醒'), ('sent', '已提醒'), ('merged', '合并补发'), ('obsolete', '已不需要')], default='pending', max_length=10, verbose_name='状态')),
                ('is_late', models.BooleanField(default=False, verbose_name='补发')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='处理时间')),
                ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='branches.branch', verbose_name='支部')),
            ],
            options={
                'verbose_name': '提醒',
                'verbose_name_plural': '提醒',
                'ordering': ['remind_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['remind_on'], name='reminder_pending'), models.Index(fields=['rule', 'object_id'], name='reminder_object')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='reminder_settled_has_time')],
            },
        ),
    ]
