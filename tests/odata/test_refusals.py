"""Invalid expressions: position, what was found, what was expected, and the hint."""

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement

from ledgersim.odata import Fields, ODataError, orderby_to_sql, parse_filter, parse_orderby

Where = Callable[[str], ColumnElement[bool]]

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
DOUBLE_QUOTES = "double the quotes within a string, as in 'O''Brien'"


def rejected(where: Where, text: str) -> ODataError:
    with pytest.raises(ODataError) as caught:
        where(text)
    return caught.value


def test_the_message_is_one_complete_sentence(where: Where) -> None:
    error = rejected(where, "fulName eq 'Ada'")
    assert (error.parameter, error.position) == ("$filter", 1)
    assert (error.found, error.expected) == ("the unknown field 'fulName'", "a field of this list")
    assert error.message == str(error)
    assert error.message == (
        "Invalid $filter at position 1: found the unknown field 'fulName',"
        " expected a field of this list; did you mean fullName?"
    )


@pytest.mark.parametrize(
    ("text", "position", "found", "expected", "hint"),
    [
        ("", 1, "the end of the text", "an expression", ""),
        ("   ", 4, "the end of the text", "an expression", ""),
        ("and", 1, "'and'", "an expression", ""),
        ("code eq", 8, "the end of the text", "an expression", ""),
        ("code eq 'A' or", 15, "the end of the text", "an expression", ""),
        ("code eq 'A' and or isActive", 17, "'or'", "an expression", ""),
        ("()", 2, "')'", "an expression", ""),
        ("not", 4, "the end of the text", "an expression", ""),
        ("(code eq 'A'", 13, "the end of the text", "')' for the parenthesis at position 1", ""),
        ("isActive and (code eq 'A' eq", 29, "the end of the text", "an expression", ""),
        ("contains(code,'A'", 18, "the end of the text", "',' or ')' for the parenthesis at position 9", ""),
        ("code eq 'A')", 12, "')'", "an operator", ""),
        ("code eq 'A' 'B'", 13, "'B'", "an operator", ""),
        ("code eqq 'A'", 6, "'eqq'", "an operator", "did you mean eq?"),
        ("code add 1 eq 2", 6, "'add'", "an operator", "arithmetic is not supported"),
        ("(points sub 1) eq 2", 9, "'sub'", "an operator", "arithmetic is not supported"),
        ("code in 'A'", 9, "'A'", "a list of values in parentheses", ""),
        ("code in ()", 10, "')'", "a value", ""),
        ("code in ('A',)", 14, "')'", "a value", ""),
        ("code in (fullName)", 10, "'fullName'", "a value", ""),
        ("code in ('A' 'B')", 14, "'B'", "',' or ')'", ""),
        # Unexpected characters
        ("code eq 'A", 9, "an unterminated string", "a closing quote", DOUBLE_QUOTES),
        ("code eq 'A''", 9, "an unterminated string", "a closing quote", DOUBLE_QUOTES),
        ("code eq 'O'Brien'", 12, "'Brien'", "an operator", DOUBLE_QUOTES),
        ('code eq "A"', 9, "the character '\"'", "a value", "write strings in single quotes"),
        ("code = 'A'", 6, "the character '='", "an operator", "write eq"),
        ("points >= 5", 8, "the character '>'", "an operator", "write gt or ge"),
        ("isActive && isCompany", 10, "the character '&'", "an operator", "write and"),
        ("address/city eq 'A'", 8, "the character '/'", "a field", "only fields of the list itself"),
        (
            "points eq -rate",
            11,
            "the character '-'",
            "a value",
            "a minus sign is allowed only in front of a number",
        ),
        ("code\u00a0eq 'A'", 5, "the character U+00A0", "an operator", ""),
        ("code eq \0", 9, "the character U+0000", "a value", ""),
        ("åäö eq 'A'", 1, "the character 'å'", "a field", ""),
        ("code eq \ufffd", 9, "the character '\ufffd'", "a value", ""),
    ],
)
def test_a_broken_expression(
    where: Where, text: str, position: int, found: str, expected: str, hint: str
) -> None:
    error = rejected(where, text)
    assert (error.position, error.found) == (position, found)
    assert expected in error.expected
    assert hint in error.message


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("9223372036854775808", "an integer of at most 64 bits"),
        ("-9223372036854775809", "an integer of at most 64 bits"),
        ("9" * 5000, "an integer of at most 64 bits"),
        ("1e309", "a finite number"),
        ("-1.5e309", "a finite number"),
        ("INF", "a finite number"),
        ("-INF", "a finite number"),
        ("NaN", "a finite number"),
        ("1e-9999999999999999999", "a number with a shorter exponent"),
        ("12abc", "a number, a date or a GUID"),
        ("1.", "a number, a date or a GUID"),
        ("1.2.3", "a number, a date or a GUID"),
        ("1e", "a number, a date or a GUID"),
        ("2026-1-31", "a number, a date or a GUID"),
        ("2026-01-31T", "a number, a date or a GUID"),
        ("2026-01-31T00:00:00+1:00", "a number, a date or a GUID"),
        (f"{GUID}0", "a number, a date or a GUID"),
        ("2026-02-30", "an existing date and time"),
        ("2026-13-01", "an existing date and time"),
        ("0000-01-01", "an existing date and time"),
        ("2026-01-31T24:00:00Z", "an existing date and time"),
        ("2026-01-31T00:00:60Z", "an existing date and time"),
        ("2026-01-31T00:00:00+24:00", "an existing date and time"),
        ("2026-01-31T00:00:00+01:60", "an existing date and time"),
        ("0001-01-01T00:00:00+01:00", "an existing date and time"),
        ("9999-12-31T23:59:59-01:00", "an existing date and time"),
        ("datetime'2026'", "a date as in 2026-01-31"),
        ("guid'6f96'", "a GUID as in"),
    ],
)
def test_an_invalid_literal(where: Where, literal: str, expected: str) -> None:
    error = rejected(where, f"null eq {literal}")
    assert error.position == 9
    assert expected in error.expected
    assert literal[:30] in error.found
    assert len(error.message) < 300


@pytest.mark.parametrize(
    ("text", "position", "expected", "hint"),
    [
        ("points eq '5'", 11, "a number to compare with the field 'points'", "a number without quotes"),
        ("'5' eq points", 1, "a number to compare with the field 'points'", "a number without quotes"),
        ("balance gt true", 12, "a number to compare with", ""),
        ("isActive eq 1", 13, "a boolean to compare with the field 'isActive'", ""),
        ("isActive eq 'true'", 13, "a boolean to compare with", "a boolean without quotes"),
        ("code eq 5", 9, "a string to compare with the field 'code'", "write strings in single quotes"),
        (f"code eq {GUID}", 9, "a string to compare with", "write strings in single quotes"),
        ("code eq 2026-01-31", 9, "a string to compare with", "write strings in single quotes"),
        ("createdDate ge '2026-01-31'", 16, "a date to compare with", "a date without quotes"),
        ("ref eq 'none'", 8, "a GUID to compare with the field 'ref'", "a GUID looks like"),
        ("ref in ('none')", 9, "a GUID to compare with the field 'ref'", "a GUID looks like"),
        ("ref eq code", 8, "a GUID to compare with the field 'ref'", ""),
        ("code eq points", 9, "a string to compare with the field 'code'", ""),
        ("length(code) eq 'A'", 17, "a number to compare with the result of length", ""),
        ("code in ('A', 5)", 15, "a string to compare with", "write strings in single quotes"),
        ("points in (5, 2026-01-31)", 15, "a number to compare with", ""),
        ("(code eq 'A') eq 5", 18, "a boolean to compare with a condition", ""),
        ("code eq 'A' eq 5", 16, "a boolean to compare with a condition", ""),
        ("points eq (code eq 'A')", 12, "a number to compare with", ""),
        (f"ref gt {GUID}", 5, "eq, ne or in", "GUIDs have no order"),
        (f"isActive and ref le '{GUID}'", 18, "eq, ne or in", "GUIDs have no order"),
        ("contains(points,'5')", 10, "a string as argument of contains", ""),
        ("contains(code,5)", 15, "a string as argument of contains", "write strings in single quotes"),
        ("tolower(ref) eq 'a'", 9, "a string as argument of tolower", ""),
        ("toupper(isActive) eq 'A'", 9, "a string as argument of toupper", ""),
        ("year('2026-01-31') eq 2026", 6, "a date as argument of year", "a date without quotes"),
        ("length(code eq 'A') eq 1", 8, "a string as argument of length", ""),
        ("code", 1, "a condition", "compare it with something, as in code eq …"),
        ("'A'", 1, "a condition", ""),
        ("isActive and points", 14, "a condition", ""),
        ("not code", 5, "a condition", "write not (code eq …)"),
        ("not points eq 1", 5, "a condition", "write not (points eq …)"),
        ("not tolower(code) eq 'a'", 5, "a condition", "write not (x eq …)"),
    ],
)
def test_a_value_of_the_wrong_type(where: Where, text: str, position: int, expected: str, hint: str) -> None:
    error = rejected(where, text)
    assert error.position == position
    assert expected in error.expected
    assert hint in error.message


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("fullname2 eq 'A'", 1, "did you mean fullName?"),
        ("isActive and balanse gt 5", 14, "did you mean balance?"),
        ("iscompny or isActiv", 1, "did you mean isCompany?"),
        ("isCompany or isActiv", 14, "did you mean isActive?"),
        ("zzz eq 1", 1, "use one of id, fullName, code, balance"),
        ("contain(code,'A')", 1, "unknown function 'contain'"),
        ("contain(code,'A')", 1, "did you mean contains?"),
        ("concat(code,'A') eq 'A'", 1, "unknown function 'concat'"),
        ("substringof('A',code)", 1, "unknown function 'substringof'"),
        ("contains(code)", 1, "found contains with 1 argument, expected 2"),
        ("length() eq 1", 1, "found length with 0 arguments, expected 1"),
        ("trim(code,'x') eq 'A'", 1, "found trim with 2 arguments, expected 1"),
    ],
)
def test_an_unknown_name_or_a_wrong_number_of_arguments(
    where: Where, text: str, position: int, message: str
) -> None:
    error = rejected(where, text)
    assert error.position == position
    assert message in error.message


@pytest.mark.parametrize(
    ("text", "position", "found", "expected"),
    [
        ("", 1, "the end of the text", "a field name"),
        ("  ", 3, "the end of the text", "a field name"),
        ("code,", 6, "the end of the text", "a field name"),
        ("code,,id", 6, "','", "a field name"),
        ("'code'", 1, "'code'", "a field name"),
        ("5", 1, "'5'", "a field name"),
        ("code ascending", 6, "'ascending'", "asc, desc, a comma or the end"),
        ("code asc desc", 10, "'desc'", "a comma or the end"),
        ("tolower(code)", 8, "'('", "asc, desc, a comma or the end"),
        ("code;id", 5, "the character ';'", "a field"),
        ("code, " * 20 + "id", 121, "more than 20 fields", "at most 20"),
        ("id desc, fulname", 10, "the unknown field 'fulname'", "a field of this list"),
        ("x" * 10_001, 10_001, "a text of 10001 characters", "at most 10000"),
    ],
)
def test_a_broken_orderby(fields: Fields, text: str, position: int, found: str, expected: str) -> None:
    with pytest.raises(ODataError) as caught:
        orderby_to_sql(parse_orderby(text), fields)
    error = caught.value
    assert (error.parameter, error.position, error.found) == ("$orderby", position, found)
    assert expected in error.expected


def test_an_error_is_not_cached_as_a_result() -> None:
    for _ in range(2):
        with pytest.raises(ODataError):
            parse_filter("code eq")


def test_a_parsed_text_is_cached() -> None:
    assert parse_filter("code eq 'cached'") is parse_filter("code eq 'cached'")
    assert parse_orderby("code, id desc") is parse_orderby("code, id desc")
