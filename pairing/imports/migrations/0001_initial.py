import core.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('branches', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='ColumnChoice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', core.fields.OneOfField(choices=[('branches', '组织清单'), ('pairings', '结对协议'), ('resources', '资源清单'), ('demands', '需求账单'), ('plan_orders', '计划定单'), ('activities', '活动台账'), ('catalogue', '服务目录')], max_length=20, verbose_name='台账')),
                    ('shape', models.CharField(max_length=64, verbose_name='表头摘要')),
                    ('sheet', models.CharField(blank=True, max_length=100, verbose_name='工作表')),
                    ('row', models.PositiveSmallIntegerField(default=1, verbose_name='表头行')),
                    ('places', models.JSONField(default=dict, verbose_name='列的对应')),
                    ('given', models.JSONField(blank=True, default=dict, verbose_name='各行都填的值')),
                    ('chosen_at', models.DateTimeField(verbose_name='确定时间')),
                    ('branch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='branches.branch', verbose_name='支部')),
                ],
                options={
                    'verbose_name': '列的对应',
                    'verbose_name_plural': '列的对应',
                    'constraints': [models.UniqueConstraint(fields=('branch', 'kind', 'shape'), name='column_choice_once', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='ImportBatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', core.fields.OneOfField(choices=[('branches', '组织清单'), ('pairings', '结对协议'), ('resources', '资源清单'), ('demands', '需求账单'), ('plan_orders', '计划定单'), ('activities', '活动台账'), ('catalogue', '服务目录')], max_length=20, verbose_name='台账')),
                    ('file_name', models.CharField(max_length=200, verbose_name='文件名')),
                    ('sha256', models.CharField(max_length=64, verbose_name='文件摘要')),
                    ('rows', models.PositiveIntegerField(verbose_name='行数')),
                    ('created', models.PositiveIntegerField(verbose_name='新增')),
                    ('changed', models.PositiveIntegerField(verbose_name='更新')),
                    ('imported_at', models.DateTimeField(verbose_name='导入时间')),
                    ('context', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='留痕编号')),
                    ('links_before', models.JSONField(blank=True, default=dict, verbose_name='改动前的关联')),
                    ('final_rows', models.JSONField(blank=True, default=list, verbose_name='不能还原的行')),
                    ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                    ('imported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='导入人')),
                    ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='撤销人')),
                ],
                options={
                    'verbose_name': '导入记录',
                    'verbose_name_plural': '导入记录',
                    'ordering': ['-imported_at', '-pk'],
                    'indexes': [models.Index(fields=['kind', '-imported_at'], name='import_batch_kind')],
                },
            ),
        ]),
    ]
