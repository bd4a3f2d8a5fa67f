"""Kinds of organisation and the seats a person can hold in one."""

from django.db.models import TextChoices


class BranchKind(TextChoices):
    OFFICE = "office", "机关"
    STATION = "station", "所站"
    COMMUNITY = "community", "社区"
    VILLAGE = "village", "村"
    POLICE = "police", "公安"
    CITY_SECTION = "city_section", "市局科室"
    SCHOOL = "school", "学校"
    HOSPITAL = "hospital", "医院"
    COMPANY = "company", "企业"
    COURT = "court", "法院"
    BANK = "bank", "银行"
    POWER = "power", "供电"
    OTHER = "other", "其他"


class Role(TextChoices):
    SECRETARY = "secretary", "支部书记"
    LIAISON = "liaison", "支部联络员"
    MEMBER = "member", "党员"
    COUNTY_OFFICE = "county_office", "县党建办"
    ADMIN = "admin", "管理员"
    AUDITOR = "auditor", "审计员"


COUNTY_WIDE = frozenset({Role.COUNTY_OFFICE, Role.ADMIN, Role.AUDITOR})
BRANCH_STAFF = frozenset({Role.SECRETARY, Role.LIAISON})
