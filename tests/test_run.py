"""Tests for `run.py`: its help and its checks."""

import os
import re
import sys

import pytest

import run
from calloff.project import command_list


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_lists_the_commands_of_run_and_then_those_of_calloff(monkeypatch, capsys, word):
    called = []
    monkeypatch.setattr(run, "is_stale", lambda: False)
    monkeypatch.setattr(run.os, "chdir", lambda _: None)
    monkeypatch.setattr(run.os, "execve", lambda program, words, environment: called.append(words))
    assert run.main(word) is None
    listed = re.findall(r"^  (\w+) ", capsys.readouterr().out, re.M)
    assert set(listed) == {*run.PROGRAMS, "check"}
    assert called == [("calloff", word)]


def test_help_works_without_an_installation(monkeypatch, capsys):
    monkeypatch.setattr(run, "is_stale", lambda: True)
    monkeypatch.setattr(run, "install", lambda: pytest.fail("it would take two minutes"))
    assert "To install Calloff" in run.main("--help")
    assert "check" in capsys.readouterr().out


def test_help_describes_each_command_in_one_line():
    lines = run.HELP.splitlines()
    assert all(len(line) < 120 and line.endswith(".") for line in lines[1:])
    assert "demo" in command_list.COMMAND_GROUPS["Try Calloff"]


def test_the_output_of_parallel_checks_is_shown_in_order_and_a_failed_check_fails_the_run(monkeypatch, capfd):
    def check(words):
        return (sys.executable, "-c", words)

    beside = check("print('types'); raise SystemExit(1)")
    monkeypatch.setattr(run, "BESIDE", beside)
    monkeypatch.setattr(run, "CHECKS", (check("print('style')"), beside, check("print('tests')")))
    monkeypatch.setattr(run.signal, "signal", lambda *told: None)
    assert run.check(dict(os.environ)) == 1
    shown = [
        line for line in capfd.readouterr().out.splitlines() if line in {"style", "types", "tests"} or "checks" in line
    ]
    assert shown == ["style", "types", "tests", "3 checks, 1 failed"]
