"""Addresses of accounts: those of django-allauth that we want, each behind a door; no other is there."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib.auth import views as auth
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from dashboard.accounts import views
from results.access import for_anyone, for_signed_in


class _Base36(StringConverter):
    """An account's number; what follows its dash may hold more of them."""

    regex = "[0-9A-Za-z]+"


register_converter(_Base36, "base36")

_READ, _FORM = ("GET", "HEAD"), ("GET", "HEAD", "POST")

_way_in = for_anyone("the way in", methods=_FORM)
_way_out = for_anyone("the way out", methods=("POST",))(auth.LogoutView.as_view())
_forgotten = for_anyone("whoever forgot a password", methods=_FORM)
_other_side = for_anyone("whoever comes back from single sign-on", methods=_FORM)
_closed = for_anyone("nobody signs up, and the answer says nothing")(views.closed)
_own = for_signed_in(methods=_FORM)
_own_page = for_signed_in(methods=_READ)
_own_post = for_signed_in(methods=("POST",))

_login = _way_in(views.SignIn.as_view())

urlpatterns = [
    path("login/", _login, name="login"),
    path("login/", _login, name="account_login"),
    path("logout/", _way_out, name="logout"),
    path("logout/", _way_out, name="account_logout"),
    path("signup/", _closed, name="account_signup"),
    path("reauthenticate/", _own(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", _own(account.password_change), name="account_change_password"),
    path("password/set/", _own(account.password_set), name="account_set_password"),
    path("password/reset/", _forgotten(views.Reset.as_view()), name="account_reset_password"),
    path(
        "password/reset/done/",
        _forgotten(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/<base36:uidb36>-<str:key>/",
        _forgotten(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        _forgotten(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("", _own_page(mfa.index), name="mfa_index"),
    path("second-step/", _way_in(mfa.authenticate), name="mfa_authenticate"),
    path("reauthenticate/code/", _own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/add/", _own(totp.activate_totp), name="mfa_activate_totp"),
    path("app/picture.svg", _own_page(views.totp_picture), name="totp_picture"),
    path("app/remove/", _own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("recovery/", _own_page(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "recovery/new/", _own(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path(
        "recovery/codes.txt",
        _own_page(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/login/", _way_in(views.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("passkeys/", _own_page(mfa.index), name="mfa_list_webauthn"),
    path("passkeys/add/", _own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", _own(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path(
        "reauthenticate/passkey/",
        _own(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("sessions/", _own(views.sessions), name="usersessions_list"),
    path("sessions/<int:pk>/end/", _own_post(views.end_session), name="session_end"),
    path(
        "oidc/<slug:provider_id>/login/",
        _way_in(views.single_sign_on(oidc.login)),
        name="openid_connect_login",
    ),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        _other_side(views.single_sign_on(oidc.callback)),
        name="openid_connect_callback",
    ),
    path("oidc/error/", _other_side(social.login_error), name="socialaccount_login_error"),
    path("oidc/cancelled/", _other_side(social.login_error), name="socialaccount_login_cancelled"),
    path("oidc/signup/", _closed, name="socialaccount_signup"),
]
