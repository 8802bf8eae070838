"""How people sign in: what a password is, what django-allauth may do here; it reads no environment."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult


def sign_in(*, site: SplitResult, oidc: tuple[str, str, str, str] | None) -> dict[str, Any]:
    """Return the settings; ``oidc`` is name, server, client id and client secret, if there are any."""
    return _passwords() | _accounts(site) | _second_factors(site) | _single_sign_on(oidc)


def _passwords() -> dict[str, Any]:
    judges = "django.contrib.auth.password_validation"
    return {
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": f"{judges}.UserAttributeSimilarityValidator"},
            {"NAME": f"{judges}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": f"{judges}.CommonPasswordValidator"},
            {"NAME": "dashboard.accounts.endings.PersonalTokensEnd"},
        ],
    }


def _accounts(site: SplitResult) -> dict[str, Any]:
    return {
        "AUTHENTICATION_BACKENDS": ["dashboard.accounts.backends.PasswordBackend"],
        "ACCOUNT_ADAPTER": "dashboard.accounts.adapters.AccountAdapter",
        "ACCOUNT_FORMS": {
            "login": "dashboard.accounts.forms.SignInForm",
            "change_password": "dashboard.accounts.forms.ChangeForm",
            "set_password": "dashboard.accounts.forms.SetForm",
            "reset_password_from_key": "dashboard.accounts.forms.ResetForm",
            "reauthenticate": "dashboard.accounts.forms.AgainForm",
        },
        "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_PRESERVE_USERNAME_CASING": True,
        "ACCOUNT_SESSION_REMEMBER": True,
        # A changed password ends the other sessions by itself, because they hold its hash.
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        "ACCOUNT_LOGIN_ON_PASSWORD_RESET": False,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 15 * 60,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": site.scheme,
        # Sign-ins and second factors are counted in the database, which all workers share
        # (results/services/sign_in_limits.py). What is left here needs a mailbox.
        "ACCOUNT_RATE_LIMITS": {
            "login": None,
            "login_failed": None,
            "signup": None,
            "reset_password": "10/m/ip,3/h/key",
            "reset_password_from_key": "10/m/ip",
            "change_password": None,
            "reauthenticate": None,
        },
    }


def _second_factors(site: SplitResult) -> dict[str, Any]:
    return {
        "MFA_ADAPTER": "dashboard.accounts.adapters.FactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": f"Runlens {site.hostname}",
        "MFA_FORMS": {
            "authenticate": "dashboard.accounts.forms.CodeForm",
            "reauthenticate": "dashboard.accounts.forms.CodeAgainForm",
            "login_webauthn": "dashboard.accounts.forms.PasskeyInForm",
            "authenticate_webauthn": "dashboard.accounts.forms.PasskeyStepForm",
            "reauthenticate_webauthn": "dashboard.accounts.forms.PasskeyAgainForm",
            "add_webauthn": "dashboard.accounts.forms.NewPasskeyForm",
        },
        # Browsers trust their own machine without https.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": site.scheme == "http",
    }


def _single_sign_on(oidc: tuple[str, str, str, str] | None) -> dict[str, Any]:
    apps = []
    if oidc is not None:
        name, server, client_id, secret = oidc
        apps = [
            {
                "provider_id": "oidc",
                "name": name,
                "client_id": client_id,
                "secret": secret,
                "settings": {"server_url": server},
            }
        ]
    return {
        "SOCIALACCOUNT_ADAPTER": "dashboard.accounts.adapters.SingleSignOnAdapter",
        "SOCIALACCOUNT_AUTO_SIGNUP": True,
        "SOCIALACCOUNT_LOGIN_ON_GET": False,
        "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}},
    }
