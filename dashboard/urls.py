"""Every address of the site; it knows no view of the product by name."""

from __future__ import annotations

from django.urls import include, path

from dashboard import health, metrics
from results.admin import operators, owners  # noqa: F401  registers the pages
from results.admin.owners_site import site as owners_site
from results.admin.site import site

urlpatterns = [
    path("", include("results.urls")),
    path("accounts/", include("dashboard.accounts.urls")),
    path("admin/", site.urls),
    path("team-admin/", owners_site.urls),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "results.views.failures.not_understood"
handler404 = "results.views.failures.not_found"
handler403 = "results.views.failures.not_allowed"
handler500 = "results.views.failures.broken"
