import core.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.schema import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('branches', '0001_initial'),
        ('ledgers', '0001_initial'),
        ('plans', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='MatchRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('scope', core.fields.OneOfField(choices=[('pairing', '一对支部'), ('group', '一组支部'), ('area', '一个上级组织及下属支部'), ('county', '全部支部')], default='pairing', max_length=10, verbose_name='范围')),
                    ('scope_key', models.CharField(help_text='equal for runs of the same branches', max_length=80, verbose_name='范围标识')),
                    ('branch_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, help_text='empty: all', size=None, verbose_name='支部')),
                    ('origin', core.fields.OneOfField(choices=[('new', '新生成'), ('edited', '按意见重算'), ('ledgers', '按最新台账更新')], default='new', max_length=10, verbose_name='来由')),
                    ('state', core.fields.OneOfField(choices=[('queued', '排队中'), ('running', '计算中'), ('done', '已完成'), ('failed', '失败')], default='queued', max_length=10, verbose_name='状态')),
                    ('as_of', models.DateField(verbose_name='统计日')),
                    ('weights', models.JSONField(default=dict, verbose_name='权重')),
                    ('conditions', models.JSONField(blank=True, default=dict, verbose_name='条件')),
                    ('catalogue_version', models.CharField(blank=True, max_length=64, verbose_name='服务目录版本')),
                    ('demand_count', models.PositiveIntegerField(default=0, verbose_name='需求数')),
                    ('resource_count', models.PositiveIntegerField(default=0, verbose_name='资源数')),
                    ('objective', models.FloatField(blank=True, null=True, verbose_name='目标值')),
                    ('bound', models.FloatField(blank=True, null=True, verbose_name='理论上界')),
                    ('timings_ms', models.JSONField(default=dict, help_text='step → milliseconds, summed over shards', verbose_name='耗时')),
                    ('changes', models.JSONField(blank=True, default=list, help_text='[{demand_id, demand, before, after, why, cause}]', verbose_name='与上一份的差别')),
                    ('notes', models.JSONField(blank=True, default=list, help_text='sentences a reader must know', verbose_name='说明')),
                    ('match_count', models.PositiveIntegerField(default=0, help_text='demands with a visit planned at least', verbose_name='已安排')),
                    ('error', models.CharField(blank=True, max_length=300, verbose_name='失败原因')),
                    ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='开始时间')),
                    ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                    ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='branches.branch', verbose_name='上级组织')),
                    ('pairing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='match_runs', to='plans.pairing', verbose_name='结对')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='matching.matchrun', verbose_name='上一份方案')),
                    ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
                ],
                options={
                    'verbose_name': '匹配批次',
                    'verbose_name_plural': '匹配批次',
                    'ordering': ['-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('scope_key',), name='match_run_one_live'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running']), ('finished_at__isnull', False), _connector='OR'), name='match_run_over_has_time')],
                },
            ),
            migrations.CreateModel(
                name='ScoreWeights',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('weights', models.JSONField(help_text='term → weight, as Weights.as_dict() without the floor', verbose_name='权重')),
                    ('floor', models.FloatField(verbose_name='推荐线')),
                    ('note', models.CharField(max_length=300, verbose_name='调整说明')),
                    ('made_at', models.DateTimeField(verbose_name='调整时间')),
                    ('is_current', models.BooleanField(default=True, verbose_name='现行')),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='调整人')),
                ],
                options={
                    'verbose_name': '匹配权重',
                    'verbose_name_plural': '匹配权重',
                    'ordering': ['-pk'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='score_weights_one_current'), models.CheckConstraint(condition=models.Q(('floor__range', (0, 1))), name='score_weights_floor', violation_error_message='推荐线须在 0 到 1 之间。'), models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='score_weights_note')],
                },
            ),
            migrations.CreateModel(
                name='TextContext',
                fields=[
                    ('name', models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name='名称')),
                    ('vector', models.BinaryField(help_text='384 numbers, float16', verbose_name='向量')),
                    ('read_on', models.DateField(verbose_name='读取日期')),
                ],
                options={
                    'verbose_name': '语境向量',
                    'verbose_name_plural': '语境向量',
                },
            ),
            migrations.CreateModel(
                name='SecondOpinion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.CharField(help_text='of endpoint and question', max_length=64, unique=True, verbose_name='摘要')),
                    ('question', models.TextField(verbose_name='问题')),
                    ('resource_count', models.PositiveSmallIntegerField(verbose_name='资源数')),
                    ('order', models.JSONField(blank=True, help_text='running numbers, best first', null=True, verbose_name='次序')),
                    ('asked_at', models.DateTimeField(verbose_name='提问时间')),
                    ('due_at', models.DateTimeField(help_text='nobody else asks before this', verbose_name='应问时间')),
                    ('attempt_count', models.PositiveSmallIntegerField(default=0, verbose_name='已问次数')),
                ],
                options={
                    'verbose_name': '次序意见',
                    'verbose_name_plural': '次序意见',
                    'ordering': ['pk'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('resource_count__gte', 2)), name='second_opinion_has_a_choice')],
                },
            ),
            migrations.CreateModel(
                name='Match',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('demand_title', models.CharField(max_length=120, verbose_name='当时的需求内容')),
                    ('resource_title', models.CharField(max_length=120, verbose_name='当时的资源名称')),
                    ('month', models.DateField(blank=True, null=True, verbose_name='安排月份')),
                    ('visit_count', models.PositiveSmallIntegerField(default=1, verbose_name='次数')),
                    ('score', models.FloatField(verbose_name='匹配分')),
                    ('terms', models.JSONField(default=list, help_text='[{name, value, weight, sentence}]', verbose_name='分项')),
                    ('explanation', models.TextField(blank=True, verbose_name='理由')),
                    ('alternatives', models.JSONField(blank=True, default=list, help_text='best first, as Candidate', verbose_name='其他候选')),
                    ('claim', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='matches', to='plans.claim', verbose_name='认领')),
                    ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ledgers.demand', verbose_name='需求')),
                    ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='ledgers.resource', verbose_name='资源')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='matching.matchrun', verbose_name='批次')),
                ],
                options={
                    'verbose_name': '匹配',
                    'verbose_name_plural': '匹配',
                    'ordering': ['-score', 'pk'],
                    'constraints': [models.UniqueConstraint(fields=('run', 'demand', 'resource', 'month'), name='match_once'), models.CheckConstraint(condition=models.Q(('visit_count__range', (1, 50))), name='match_visit_count'), models.CheckConstraint(condition=models.Q(('score__range', (0, 1))), name='match_score')],
                },
            ),
            migrations.CreateModel(
                name='MatchEdit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                    ('kind', core.fields.OneOfField(choices=[('pin', '锁定'), ('forbid', '排除')], max_length=10, verbose_name='意见')),
                    ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ledgers.demand', verbose_name='需求')),
                    ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                    ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ledgers.resource', verbose_name='资源')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='matching.matchrun', verbose_name='批次')),
                ],
                options={
                    'verbose_name': '方案意见',
                    'verbose_name_plural': '方案意见',
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('run', 'demand', 'resource'), name='match_edit_once'), models.UniqueConstraint(condition=models.Q(('kind', 'pin')), fields=('run', 'demand'), name='match_edit_one_pin')],
                },
            ),
            migrations.CreateModel(
                name='MatchGap',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('demand_title', models.CharField(max_length=120, verbose_name='当时的需求内容')),
                    ('visit_count', models.PositiveSmallIntegerField(default=1, verbose_name='差几次')),
                    ('code', models.CharField(max_length=20, verbose_name='原因')),
                    ('sentence', models.TextField(verbose_name='说明')),
                    ('alternatives', models.JSONField(blank=True, default=list, help_text='best first, as Candidate', verbose_name='候选')),
                    ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='match_gaps', to='ledgers.demand', verbose_name='需求')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gaps', to='matching.matchrun', verbose_name='批次')),
                ],
                options={
                    'verbose_name': '未安排',
                    'verbose_name_plural': '未安排',
                    'ordering': ['pk'],
                    'constraints': [models.UniqueConstraint(fields=('run', 'demand'), name='match_gap_once')],
                },
            ),
            migrations.CreateModel(
                name='MatchShard',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('position', models.PositiveIntegerField(verbose_name='序号')),
                    ('name', models.CharField(help_text='the organisations at its top', max_length=200, verbose_name='名称')),
                    ('branch_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, help_text='empty: all', size=None, verbose_name='支部')),
                    ('state', core.fields.OneOfField(choices=[('queued', '排队中'), ('running', '计算中'), ('done', '已完成'), ('failed', '失败')], default='queued', max_length=10, verbose_name='状态')),
                    ('attempt_count', models.PositiveSmallIntegerField(default=0, verbose_name='尝试次数')),
                    ('lease_token', models.UUIDField(blank=True, null=True, verbose_name='租约')),
                    ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='租约到期')),
                    ('started_at', models.DateTimeField(blank=True, help_text='of the last attempt', null=True, verbose_name='开始时间')),
                    ('elapsed_ms', models.FloatField(blank=True, null=True, verbose_name='用时（毫秒）')),
                    ('error', models.CharField(blank=True, max_length=300, verbose_name='失败原因')),
                    ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shards', to='matching.matchrun', verbose_name='批次')),
                ],
                options={
                    'verbose_name': '匹配分片',
                    'verbose_name_plural': '匹配分片',
                    'ordering': ['run', 'position'],
                    'constraints': [models.UniqueConstraint(fields=('run', 'position'), name='match_shard_position'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('lease_token__isnull', False), ('lease_until__isnull', False)), _connector='OR'), name='match_shard_running_has_lease')],
                },
            ),
        ]),
    ]
