"""The WSGI entry point; production settings unless the environment names others."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from core.bodies import utf8_only, whole_bodies
from core.garbage import keep_freed, look_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_production")

application = utf8_only(whole_bodies(get_wsgi_application(), settings.BODY_SECONDS))

from pairing.warming import warm_in_background  # noqa: E402  its models need the applications

look_seldom()
keep_freed()
warm_in_background()
