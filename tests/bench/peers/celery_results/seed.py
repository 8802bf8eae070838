"""Makes one finished task of 10 KB, and somebody who may see it; prints where and the cookie."""

from __future__ import annotations

import json
import sys

import django


def seed() -> dict[str, str]:
    """Fill the database."""
    from django.apps import apps
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from tests.bench import documents

    call_command("migrate", verbosity=0, interactive=False)
    operator = User.objects.create_superuser("alice", password="password")
    label = "django_celery_results.TaskResult"
    tasks = apps.get_model(label)
    row = tasks._default_manager.create(
        task_id="bench",
        task_name="report",
        status="SUCCESS",
        result=documents.output(10 * documents.KIB).decode(),
        content_type="application/json",
        content_encoding="utf-8",
    )
    client = Client()
    client.force_login(operator)
    path = f"/admin/django_celery_results/taskresult/{row.pk}/change/"
    assert client.get(path).status_code == 200
    return {"path": path, "cookie": f"sessionid={client.cookies['sessionid'].value}"}


if __name__ == "__main__":
    django.setup()
    json.dump(seed(), sys.stdout)
