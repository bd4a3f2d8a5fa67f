import core.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_initial'),
        ('ledgers', '0001_initial'),
        ('plans', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreementClause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='创建时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('position', models.PositiveSmallIntegerField(verbose_name='序号')),
                ('line', core.fields.OneOfField(choices=[('organisation', '组织联建'), ('activity', '活动联办'), ('talent', '人才联育'), ('work', '工作联抓')], max_length=20, verbose_name='四联类别')),
                ('words', models.CharField(max_length=300, verbose_name='条款')),
                ('kind', core.fields.OneOfField(blank=True, choices=[('activity', '联办活动'), ('volunteer', '联合志愿服务'), ('communication', '沟通'), ('dispatch', '调度'), ('seminar', '研讨'), ('visit', '走访'), ('order', '办成定单')], max_length=20, verbose_name='计数内容')),
                ('target', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)], verbose_name='不少于')),
                ('period', core.fields.OneOfField(blank=True, choices=[('month', '月'), ('quarter', '季'), ('year', '年'), ('term', '期内')], max_length=10, verbose_name='每')),
                ('activity_kind', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='activities.activitykind', verbose_name='活动类型')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clauses', to='plans.agreement', verbose_name='协议')),
                ('aspect', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledgers.serviceaspect', verbose_name='服务方向')),
            ],
            options={
                'verbose_name': '协议条款',
                'verbose_name_plural': '协议条款',
                'ordering': ['agreement', 'version', 'position'],
                'constraints': [models.UniqueConstraint(fields=('agreement', 'version', 'position'), name='agreement_clause_position'), models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), ('period', ''), ('target', None)), models.Q(models.Q(('kind', ''), _negated=True), ('target__gte', 1), models.Q(('period', ''), _negated=True)), _connector='OR'), name='agreement_clause_countable', violation_error_message='可计数的条款要写明次数和周期。'), models.CheckConstraint(condition=models.Q(models.Q(('activity_kind', None), ('kind', 'activity'), _connector='OR'), models.Q(('aspect', None), ('kind', 'order'), _connector='OR')), name='agreement_clause_narrowed')],
            },
        ),
    ]
