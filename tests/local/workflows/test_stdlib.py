"""The standard library, after https://cloud.google.com/workflows/docs/reference/stdlib."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from bachata.local.workflows import execute
from tests.local.workflows.support import ManualClock, evaluate, tags_of

V: dict[str, Any] = {
    "m": {"a": {"b": {"c": 1}}, "n": None, "k": 2},
    "l": [1, 2],
    "p": ["a", "b", "c"],
    "q": ["a", "x", "y"],
    "left": {"a": {"x": 1, "y": 2}, "b": 1},
    "right": {"a": {"y": 3, "z": 4}, "c": 5},
    "z": None,
    "text": "HelloWorld",
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # expression helpers
        ("default(z, 5)", 5),
        ("default(0, 5)", 0),
        ('default("", "x")', ""),
        ("default(false, true)", False),
        ('default(map.get(m, "missing"), "d")', "d"),
        ('double("2.7")', 2.7),
        ("double(2)", 2.0),
        ("double(2.5)", 2.5),
        ('double("-1e3")', -1000.0),
        ("int(2.7)", 2),
        ("int(-2.7)", -2),
        ('int("42")', 42),
        ("int(3)", 3),
        ("string(1.7)", "1.7"),
        ("string(12)", "12"),
        ("string(true)", "true"),
        ('string("s")', "s"),
        ("len(l)", 2),
        ("len(m)", 3),
        ('len("äöü")', 3),
        ("keys(m)", ["a", "n", "k"]),
        ('if(1 < 2, "yes", "no")', "yes"),
        ('if(false, "yes", "no")', "no"),
        ("get_type(z)", "null"),
        ("get_type(true)", "boolean"),
        ("get_type(1)", "integer"),
        ("get_type(1.0)", "double"),
        ('get_type("s")', "string"),
        ('get_type(text.encode("s"))', "bytes"),
        ("get_type(l)", "list"),
        ("get_type(m)", "map"),
        # text
        (
            'text.find_all("HelloWorld Hello", "Hello")',
            [{"index": 0, "match": "Hello"}, {"index": 11, "match": "Hello"}],
        ),
        ('text.find_all("a.b.c", ".")', [{"index": 1, "match": "."}, {"index": 3, "match": "."}]),
        ('text.find_all("abc", "x")', []),
        ('text.find_all_regex(text, "Hello|World")', [{"index": 0, "match": "Hello"}, {"index": 5, "match": "World"}]),
        ('text.match_regex(text, "^Hello")', True),
        ('text.match_regex(text, "^World")', False),
        ('text.replace_all("a.b.c", ".", "-")', "a-b-c"),
        ('text.replace_all_regex("Hello World", "l+", "_")', "He_o Wor_d"),
        ('text.replace_all_regex("one two", "one|two", "three")', "three three"),
        ('text.replace_all_regex("ab", "(a)", "\\\\1$1")', "\\1$1b"),
        ('text.split("a,b,c", ",")', ["a", "b", "c"]),
        ('text.split("abc", "")', ["a", "b", "c"]),
        ('text.split("abc", ";")', ["abc"]),
        ('text.substring("0123456789", 2, 5)', "234"),
        ('text.substring("abc", 0, 0)', ""),
        ('text.to_lower("HeLLo")', "hello"),
        ('text.to_upper("HeLLo")', "HELLO"),
        ('text.url_encode("a b/c?d=ü")', "a%20b%2Fc%3Fd%3D%C3%BC"),
        ('text.url_encode_plus("a b/c")', "a+b%2Fc"),
        ('text.url_decode("a%20b%2Fc+d")', "a b/c d"),
        ('text.decode(text.encode("grüße"))', "grüße"),
        ('len(text.encode("grüße"))', 7),
        ('len(text.encode("grüße", "ISO-8859-1"))', 5),
        # lists and maps
        ("list.concat(l, 3)", [1, 2, 3]),
        ("list.concat(l, l)", [1, 2, [1, 2]]),
        ("list.prepend(l, 0)", [0, 1, 2]),
        ('map.get(m, "k")', 2),
        ('map.get(m, "missing")', None),
        ("map.get(m, p)", 1),
        ("map.get(m, q)", None),
        ('map.get(z, "a")', None),
        ('map.get(l, "a")', None),
        ('map.get("text", p)', None),
        ('map.delete(left, "a")', {"b": 1}),
        ('map.delete(left, "missing")', {"a": {"x": 1, "y": 2}, "b": 1}),
        ("map.merge(left, right)", {"a": {"y": 3, "z": 4}, "b": 1, "c": 5}),
        ("map.merge_nested(left, right)", {"a": {"x": 1, "y": 3, "z": 4}, "b": 1, "c": 5}),
        # math
        ("math.abs(-3)", 3),
        ("math.abs(-3.5)", 3.5),
        ("math.max(2, 3.5)", 3.5),
        ("math.min(2, 3.5)", 2),
        ("math.floor(2.7)", 2),
        ("math.floor(-2.1)", -3),
        # json, base64, hash
        ('json.decode("[1, 2.5, null, true, \\"s\\"]")', [1, 2.5, None, True, "s"]),
        ('json.decode(text.encode("{\\"a\\": 1}"))', {"a": 1}),
        ("json.encode_to_string(m)", '{"a":{"b":{"c":1}},"n":null,"k":2}'),
        ('json.encode_to_string("ü")', '"ü"'),
        ("json.encode_to_string(l, true)", "[\n    1,\n    2\n]"),
        ("json.encode_to_string(l, false)", "[1,2]"),
        (
            'json.encode_to_string(l, json.decode("{\\"prefix\\": \\"> \\", \\"indent\\": \\"-\\"}"))',
            "[\n> -1,\n> -2\n> ]",
        ),
        ("text.decode(json.encode(l))", "[1,2]"),
        ('base64.encode(text.encode("hi?"))', "aGk/"),
        ('base64.encode(text.encode("h"))', "aA=="),
        ('base64.encode(text.encode("h"), false)', "aA"),
        ('text.decode(base64.decode("aA=="))', "h"),
        ('text.decode(base64.decode("aA", false))', "h"),
        ('text.decode(base64.decode("aG\\r\\nk="))', "hi"),
        ('base64.encode(hash.compute_checksum(text.encode("abc"), "MD5"))', "kAFQmDzST7DWlj99KOF/cg=="),
        (
            'base64.encode(hash.compute_checksum(text.encode("abc"), "SHA256"))',
            "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        ),
        (
            'base64.encode(hash.compute_hmac(text.encode("key", "UTF-8"), text.encode("Hello World", "UTF-8"), "SHA256"))',  # noqa: E501
            "QidPcoCDkuWLV9co1+PA5RY+rwfRZdwDEF9iq74afRE=",  # the example of the reference page
        ),
        # time
        ('time.format(1720788633, "GMT")', "2024-07-12T12:50:33.000000Z"),
        ("time.format(1720788633)", "2024-07-12T12:50:33.000000Z"),
        ('time.format(1720788633, "Europe/Paris")', "2024-07-12T14:50:33.000000+02:00"),
        ("time.format(0.5)", "1970-01-01T00:00:00.500000Z"),
        ('time.parse("2024-07-12T12:50:33Z")', 1720788633.0),
        ('time.parse("2024-07-12T14:50:33.250+02:00")', 1720788633.25),
        ('time.format(time.parse("2024-01-10T16:15:54.615087Z"))', "2024-01-10T16:15:54.615087Z"),
    ],
)
def test_value(expression: str, expected: Any) -> None:
    value = evaluate(expression, **V)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("expression", "tag"),
    [
        ('int("abc")', "ValueError"),
        ('int("2.7")', "ValueError"),
        ('int("1_000")', "ValueError"),
        ("int(true)", "TypeError"),
        ("int(z)", "TypeError"),
        ("int(l)", "TypeError"),
        ('double("nan")', "ValueError"),
        ('double("1e999")', "ValueError"),
        ('double("")', "ValueError"),
        ("double(true)", "TypeError"),
        ("string(m)", "TypeError"),
        ("string(l)", "TypeError"),
        ("string(z)", "TypeError"),
        ("len(5)", "TypeError"),
        ("len(z)", "TypeError"),
        ("keys(l)", "TypeError"),
        ('if(1, "a", "b")', "TypeError"),
        ('text.split(1, ",")', "TypeError"),
        ('text.find_all("a", 1)', "TypeError"),
        ('text.match_regex("a", "[")', "ValueError"),
        ('text.match_regex("a", "(?=a)")', "ValueError"),
        ('text.match_regex("aa", "(a)\\\\1")', "ValueError"),
        ('text.substring("abc", 2, 9)', "ValueError"),
        ('text.substring("abc", 2, 1)', "ValueError"),
        ('text.substring("abc", -1, 1)', "ValueError"),
        ('text.substring("abc", 0.5, 1)', "TypeError"),
        ('text.decode("abc")', "TypeError"),
        ('text.encode("ü", "ASCII")', "ValueError"),
        ('text.encode("a", "no such")', "ValueError"),
        ("list.concat(m, 1)", "TypeError"),
        ("map.get(l, 0)", "TypeError"),
        ("map.get(m, l)", "TypeError"),
        ('map.delete(l, "a")', "TypeError"),
        ("map.delete(m, 1)", "TypeError"),
        ("map.merge(m, l)", "TypeError"),
        ('math.max("a", 1)', "TypeError"),
        ("math.abs(true)", "TypeError"),
        ('json.decode("not json")', "ValueError"),
        ('json.decode("[NaN]")', "ValueError"),
        ('json.decode("9223372036854775808")', "ValueError"),
        ("json.decode(m)", "TypeError"),
        ('json.encode(text.encode("x"))', "ValueError"),
        ('base64.encode("text")', "TypeError"),
        ('base64.decode("***")', "ValueError"),
        ('base64.decode("aA")', "ValueError"),
        ('hash.compute_checksum(text.encode("a"), "CRC")', "ValueError"),
        ('hash.compute_checksum("a", "MD5")', "TypeError"),
        ('hash.compute_hmac("a", text.encode("b"), "MD5")', "TypeError"),
        ('hash.compute_checksum(1, "MD5")', "TypeError"),
        ('time.format(0, "Mars/Olympus")', "ValueError"),
        ('time.format("0")', "TypeError"),
        ("time.format(1e30)", "ValueError"),
        ('time.parse("yesterday")', "ValueError"),
        ('time.parse("2024-13-45T00:00:00Z")', "ValueError"),
        ('sys.get_env("MISSING")', "KeyError"),
        ("sys.get_env(1)", "TypeError"),
    ],
)
def test_error(expression: str, tag: str) -> None:
    assert tag in tags_of(lambda: evaluate(expression, **V))


def test_environment() -> None:
    source = """
    - a:
        return:
          - ${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}
          - ${sys.get_env("MINE", "fallback")}
    """
    assert execute(source, env={"GOOGLE_CLOUD_PROJECT_ID": "p"}) == ["p", "fallback"]


def test_the_built_in_environment_is_always_there() -> None:
    names = ["PROJECT_ID", "PROJECT_NUMBER", "LOCATION", "SERVICE_ACCOUNT_NAME", "WORKFLOW_ID", "WORKFLOW_REVISION_ID"]
    for name in [*names, "WORKFLOW_EXECUTION_ID"]:
        assert evaluate(f'sys.get_env("GOOGLE_CLOUD_{name}")')
    first, second = (evaluate('sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")') for _ in range(2))
    assert first != second


def test_uuid_is_random_and_canonical() -> None:
    first, second = evaluate("uuid.generate()"), evaluate("uuid.generate()")
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)


def test_a_library_function_is_called_by_name_in_a_step() -> None:
    source = """
    - split:
        call: text.split
        args: {separator: "-", source: "a-b"}
        result: parts
    - give: {return: "${parts}"}
    """
    assert execute(source) == ["a", "b"]


def test_now_and_sleep_use_the_given_clock(clock: ManualClock) -> None:
    source = """
    - before: {assign: [{start: "${sys.now()}"}]}
    - nap: {call: sys.sleep, args: {seconds: 3600}}
    - give: {return: "${sys.now() - start}"}
    """
    assert execute(source, clock=clock) == 3600.0
    assert clock.naps == [3600]


def test_sleep_until_waits_for_the_moment_and_not_for_the_past(clock: ManualClock) -> None:
    clock.now = 1720788600.0
    source = """
    - past: {call: sys.sleep_until, args: {time: "2024-07-12T12:00:00Z"}}
    - nap: {call: sys.sleep_until, args: {time: "2024-07-12T12:50:33Z"}}
    """
    execute(source, clock=clock)
    assert clock.naps == [0.0, 33.0]


def test_a_clock_may_say_now_instead_of_time() -> None:
    class NowClock:
        def now(self) -> float:
            return 5.0

        def sleep(self, seconds: float) -> None:
            raise AssertionError(seconds)

    assert execute("- a: {return: '${sys.now()}'}", clock=NowClock()) == 5.0


@pytest.mark.parametrize("seconds", [-1, 31_536_001])
def test_sleep_outside_its_range(seconds: int, clock: ManualClock) -> None:
    source = yaml.safe_dump([{"nap": {"call": "sys.sleep", "args": {"seconds": seconds}}}])
    assert tags_of(lambda: execute(source, clock=clock)) == ["ValueError"]
    assert clock.naps == []


@pytest.mark.parametrize(
    ("arguments", "level", "message"),
    [
        ({"text": "hello"}, "INFO", "hello"),
        ({"data": [1]}, "INFO", "[1]"),
        ({"text": 1.5}, "INFO", "1.5"),
        ({"text": {"a": 1}}, "INFO", '{"a":1}'),
        ({"json": {"a": 1}, "severity": "ERROR"}, "ERROR", '{"a":1}'),
        ({"text": "careful", "severity": "WARNING"}, "WARNING", "careful"),
    ],
)
def test_log(arguments: dict[str, Any], level: str, message: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "bachata.local.workflows")
    execute(yaml.safe_dump([{"say": {"call": "sys.log", "args": arguments}}]))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [(level, message)]


@pytest.mark.parametrize(
    ("arguments", "tag"),
    [
        ({}, "TypeError"),
        ({"text": "a", "data": "b"}, "TypeError"),
        ({"text": "a", "severity": "LOUD"}, "ValueError"),
        ({"json": "a"}, "TypeError"),
    ],
)
def test_log_refuses(arguments: dict[str, Any], tag: str) -> None:
    source = yaml.safe_dump([{"say": {"call": "sys.log", "args": arguments}}])
    assert tags_of(lambda: execute(source)) == [tag]
