"""Who may do what at which address, said apart from the code: an address that is not in here fails.

Each address is answered to a least role, `signed in` or `anyone`, and by the methods named. It knows no view.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is let in, and by which methods."""

    who: str
    methods: tuple[str, ...]


def _rules(who: str, methods: str, names: str) -> dict[str, Rule]:
    return {name: Rule(who, tuple(methods.split())) for name in names.split()}


_READ, _WRITE, _BOTH = "get head", "post", "get head post"

POLICY = {
    **_rules("anyone", _READ, "health-live health-ready runs-opensearch metrics"),
    **_rules("anyone", _READ, "shares-read shares-branch shares-search shares-output"),
    **_rules("anyone", _WRITE, "shares-enter"),
    **_rules("anyone", _BOTH, "invitations-join setup-operator"),
    **_rules("anyone", _BOTH, "login account_login mfa_login_webauthn mfa_authenticate"),
    **_rules("anyone", _BOTH, "openid_connect_login openid_connect_callback"),
    **_rules("anyone", _BOTH, "account_reset_password account_reset_password_from_key"),
    **_rules("anyone", _READ, "account_reset_password_done account_reset_password_from_key_done"),
    **_rules("anyone", _READ, "account_signup socialaccount_signup"),
    **_rules("anyone", _READ, "socialaccount_login_error socialaccount_login_cancelled"),
    **_rules("anyone", _WRITE, "logout account_logout"),
    **_rules("signed in", _READ, "mfa_index totp_picture mfa_list_webauthn"),
    **_rules("signed in", _READ, "mfa_view_recovery_codes mfa_download_recovery_codes"),
    **_rules("signed in", _BOTH, "account_change_password account_set_password"),
    **_rules("signed in", _BOTH, "account_reauthenticate mfa_reauthenticate"),
    **_rules("signed in", _BOTH, "mfa_activate_totp mfa_deactivate_totp mfa_add_webauthn"),
    **_rules("signed in", _BOTH, "mfa_remove_webauthn mfa_reauthenticate_webauthn"),
    **_rules("signed in", _BOTH, "mfa_generate_recovery_codes usersessions_list"),
    **_rules("signed in", _WRITE, "session_end"),
    **_rules("signed in", _BOTH, "runs-find"),
    **_rules("viewer", _READ, "several-show several-rows runs-document runs-show runs-panel"),
    **_rules("viewer", _READ, "runs-branch runs-search runs-output runs-compare runs-ticket"),
    **_rules(
        "viewer", _READ, "history-home history-show tasks-show keys-show shares-show settings-show"
    ),
    **_rules("viewer", _WRITE, "runs-check several-check tokens-create tokens-revoke"),
    **_rules("viewer", _READ, "tokens-show"),
    **_rules("member", _READ, "watches-show watches-bell"),
    **_rules("member", _BOTH, "deletions-create keys-replace notes-add notes-edit"),
    **_rules("member", _READ, "previews-show previews-branch previews-search previews-output"),
    **_rules("member", _BOTH, "shares-create"),
    **_rules("member", _WRITE, "runs-fetch deletions-lift pins-add pins-remove"),
    **_rules("member", _WRITE, "shares-rotate shares-passcode"),
    **_rules("member", _WRITE, "notes-delete keys-add keys-test keys-forget shares-revoke"),
    **_rules("member", _WRITE, "watches-start watches-stop watches-seen"),
    **_rules("owner", _READ, "activity-show webhooks-show members-show"),
    **_rules("owner", _WRITE, "members-invite members-revoke members-change members-remove"),
    **_rules("owner", _WRITE, "webhooks-save webhooks-renew webhooks-test webhooks-remove"),
    **_rules("owner", _WRITE, "webhooks-retry settings-retention settings-viewers settings-source"),
}

# Where a script may come with a personal token in place of a session.
TAKE_TOKENS = frozenset({"runs-document", "runs-output"})

# Whose rows the two administrations show: operators' of the instance, owners' of their own teams.
OPERATORS_SEE = frozenset(
    {
        *("auth_group", "auth_user", "results_apicircuit", "results_auditevent", "results_lookup"),
        *("results_membership", "results_note", "results_pin", "results_projectkey"),
        *("results_sharelink", "results_sighting", "results_storedresult", "results_team"),
        *("results_teamlookup", "results_watch", "results_webhook", "results_webhookdelivery"),
    }
)
OWNERS_SEE = frozenset(
    {
        *("results_invitation", "results_membership", "results_projectkey"),
        *("results_sharelink", "results_team"),
    }
)
OWNERS_PAGES = frozenset({"index", "jsi18n", "app_list"})
