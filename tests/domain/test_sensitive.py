"""What is a secret in text: every shape of a key is found whole, ordinary text is left alone, in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.domain.sensitive import Kind, spans
from results.domain.telling_names import is_sensitive

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEj"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc+/=\n-----END RSA PRIVATE KEY-----"

KEYS = [
    "tr_dev_abcdefgh12345678",
    "tr_prod_sk_abcdefgh12345678",
    "tr_pat_abcdefgh12345678",
    "pk_live_abcdefgh12345678",
    "sk_live_abcdefgh12345678",
    "rk_test_abcdefgh12345678",
    "sk-proj-abcdefgh12345678",
    "whsec_abcdefgh12345678",
    "runlens_" + "Ab-_" * 10 + "xyz",
    "ghp_abcdefgh1234567890",
    "gho_abcdefgh1234567890",
    "github_pat_abcdefgh1234567890_abc",
    "glpat-abcdefgh12345678_x",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "xoxb-1234567890-abcdefgh",
    "xoxe.xoxp-1-Mi0yLTEyMzQ1Njc4",
    "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
    "npm_abcdefghijklmnopqrstuvwxyz0123456789",
    "hf_abcdefghijklmnopqrstuvwx",
    "SG.abcdefghijklmnop_q.abcdefghijklmnop-q",
    JWT,
    PEM,
]


def found(text: str) -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in spans(data)]


@pytest.mark.parametrize(
    "around",
    ["{}", "see {} there", "a,{},b", "({})", "'{}'", "x\n{}\ny", "%2F{}", "\\n{} ", "ü{}ü", "_{} "],
)
def test_a_key_is_found_whole_wherever_it_stands(around: str, subtests: pytest.Subtests) -> None:
    for key in KEYS:
        with subtests.test(key=key):
            if around != "_{} " or key != JWT:
                assert found(around.format(key)) == [key]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.DEF-123~+/==", "Bearer abc.DEF-123~+/=="),
        ("curl -H 'x: bearer abcDEF123456'", "abcDEF123456"),
        ("said Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
        ("postgres://app:hunter2@db.internal/x", "app:hunter2"),
        ("https://user:p@ss@host/x", "user:p@ss"),
        ("redis://:s3cret@cache", ":s3cret"),
        ("https://0123456789abcdefghij0@git.example/x", "0123456789abcdefghij0"),
        ("GET /x?X-Amz-Signature=9f86d081&x=1", "9f86d081"),
        ("GET /x?a=1&sig=9f86d081%2Fa&x=1", "9f86d081%2Fa"),
        ("https://h/x?X-Amz-Security-Token=FwoGZXIv", "FwoGZXIv"),
        ("https://h/x?access_token=abc.def", "abc.def"),
        ("password=hunter2", "hunter2"),
        ("PASSWORD: hunter2, next", "hunter2"),
        ('{"db_password": "two words"}', "two words"),
        ('got {"otp":"123 456"} ok', "123 456"),
        ('{\\"jwt\\": \\"abc\\"} and', "abc"),
        ('{"n":1,"pin" : 1234', "1234"),
        ("got {'pin': 1234} ok", "1234"),
        ("{'n': 1, 'jwt': 'a b'}", "a b"),
        ("x otp='123456' y", "123456"),
        ("otp=123456", "123456"),
        ("pin: 1234", "1234"),
        ("PIN:1234, next", "1234"),
        ("GET /x?n=1&sid=abc&x=1", "abc"),
        ("run --otp=123456 --n=5", "123456"),
        ("{ user: 'x', pw: 'hunter', n: 1 }", "hunter"),
        ("{\n  pw: `hunter`\n}", "hunter"),
        ('log {"a":"n\\npin=1234"}', "1234"),
        ("jwt = abcd1234efgh", "abcd1234efgh"),
        ('{\\"apiKey\\":\\"abc def\\"}', "abc def"),
        ("api-key => 'a\"b'", 'a"b'),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI/K7MDENG"),
        ("Cookie: a=1; b=two", "a=1; b=two"),
        ('"secrets": {"a": ["b"]}, "c": 1', '{"a": ["b"]}'),
        ('password="a\\"b" x', 'a\\"b'),
        ('token: "not closed', "not closed"),
        ("--password=hunter2 --x", "hunter2"),
        ("-----BEGIN PRIVATE KEY-----\nMIIcut", "-----BEGIN PRIVATE KEY-----\nMIIcut"),
    ],
)
def test_a_secret_that_its_surroundings_give_away_is_found(text: str, secret: str) -> None:
    assert found(text) == [secret]


@pytest.mark.parametrize(
    "text",
    [
        "basic information about bearer certificates",
        "the tokens: 512, max_tokens=4096",
        '{"tokens": 12, "tokenType": "Bearer", "passwordStrength": "weak"}',
        "Unexpected token < in JSON at position 4",
        "password: null, secret: '', token=***",
        "ssh://git@github.com/x",
        "https://example.com/a:b?c=d@e",
        "run_c3nrqvmulj2qvy1m73do4oi3n of task key-value monkey=1",
        "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----",
        "design=1&assign=2&insig=3",
        "idempotencyKey=abc primary_key=7 public_key=x sort-key: y",
        "eyJ.eyJ.eyJ",
        "pin: see below, auth: required; Auth: OAuth2 is used, sid: none",
        "auth: 401 Unauthorized, auth:8080/x, http://auth:8080/ok, otp: 6 digits",
        "shipping=1234 spinner: 1234 x-pin=1234 user.otp=123456 pinned: 1234",
        "if pin == 1234 or auth => next, the pin = unknown, ‘pin’ and 'auth' mean",
        "Error in auth: 'x' is no function",
    ],
)
def test_ordinary_text_holds_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "password",
            "Password",
            "user_password",
            "dbPasswd",
            "passphrase",
            "secret",
            "client-secret",
        ),
        *("token", "accessToken", "x-api-key", "apikey", "API_KEY", "authorization", "cookie"),
        *("Set-Cookie", "private_key", "signingKey", "csrfToken", "pin", "otp", "sessionId", "pwd"),
    ],
)
def test_telling_names(name: str) -> None:
    assert is_sensitive(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "id", "name", "key", "keys", "shipping", "spinner", "monkey", "author", "tokenCount"),
        *("passwordExpiresAt", "secretName", "compass_type", "x" * 1_000 + "password"),
    ],
)
def test_names_that_tell_nothing(name: str) -> None:
    assert not is_sensitive(name)


def test_overlapping_shapes_are_one_secret() -> None:
    text = f"Authorization: Bearer {JWT}"

    assert found(text) == [f"Bearer {JWT}"]
    assert [span.kind for span in spans(text.encode())] == [Kind.NAMED]


@given(st.text(max_size=60), st.sampled_from(KEYS), st.text(max_size=60))
def test_whatever_stands_around_it_no_whole_key_is_left(before: str, key: str, after: str) -> None:
    data = f"{before} {key} {after}".encode("utf-8", "replace")
    left, read = b"", 0
    for span in spans(data):
        assert span.start >= read
        left += data[read : span.start] + b"#"
        read = span.end

    assert key.encode() not in left + data[read:]
