"""No test keeps the others from being judged, and a test that notices the recorder is found out."""

from typing import get_args

import pytest

from tests.cpython.modules import NotInstalled, snippet
from tests.cpython.verdicts import NOT_ENDED, NOT_RUN, Side, judge

PATIENCE = 1.0

UNRULY = """
import asyncio, os, unittest

class Ends(unittest.TestCase):
    def test_a_failure(self):
        self.fail()
    def test_a_failure_in_part(self):
        with self.subTest():
            self.fail()
    def test_an_error(self):
        raise KeyError
    def test_an_error_behind_a_failure(self):
        self.addCleanup(lambda: 1 / 0)
        self.fail()
    @unittest.expectedFailure
    def test_a_failure_that_is_expected(self):
        self.fail()
    @unittest.expectedFailure
    def test_a_success_that_is_not_expected(self):
        pass
    @unittest.skip("on purpose")
    def test_a_skip(self):
        pass
    def test_z_a_pass(self):
        pass

class DoesNotEnd(unittest.TestCase):
    def test_a_crash(self):
        os.abort()
    def test_an_exit(self):
        os._exit(0)
    def test_a_spin(self):
        while True:
            pass
    def test_a_wait_on_the_loop(self):
        asyncio.run(asyncio.Event().wait())
    def test_z_a_pass(self):
        pass

class IsNotSetUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise KeyError
    def test_nothing(self):
        pass

if __name__ == "__main__":
    unittest.main()
"""


@pytest.mark.parametrize("side", get_args(Side.__value__))
def test_every_test_gets_its_verdict_whatever_the_others_do(side: Side) -> None:
    verdicts = judge(UNRULY, side, PATIENCE).verdicts
    assert {name: verdict.word for name, verdict in verdicts.items()} == {
        "Ends.test_a_failure": "fail",
        "Ends.test_a_failure_in_part": "fail",
        "Ends.test_a_failure_that_is_expected": "expected failure",
        "Ends.test_a_skip": "skip",
        "Ends.test_a_success_that_is_not_expected": "unexpected success",
        "Ends.test_an_error": "error",
        "Ends.test_an_error_behind_a_failure": "error",
        "Ends.test_z_a_pass": "pass",
        "DoesNotEnd.test_a_crash": NOT_ENDED,
        "DoesNotEnd.test_a_spin": NOT_ENDED,
        "DoesNotEnd.test_a_wait_on_the_loop": NOT_ENDED,
        "DoesNotEnd.test_an_exit": NOT_ENDED,
        "DoesNotEnd.test_z_a_pass": "pass",
        "setUpClass (__main__.IsNotSetUp)": "error",
        "IsNotSetUp.test_nothing": NOT_RUN,
    }
    assert "in test_a_spin" in verdicts["DoesNotEnd.test_a_spin"].details


NOTICING = """
import sys, unittest

class Notices(unittest.TestCase):
    def test_nobody_monitors(self):
        self.assertFalse(any(map(sys.monitoring.get_tool, range(6))))

unittest.main()
"""


@pytest.mark.parametrize(("side", "word"), [("plainly", "pass"), ("recorded", "fail")])
def test_what_notices_the_recorder_gets_two_verdicts(side: Side, word: str) -> None:
    verdict = judge(NOTICING, side).verdicts["Notices.test_nobody_monitors"]
    assert verdict.word == word, verdict.details


@pytest.mark.parametrize("source", ["", "import no_such_module"])
def test_no_tests_are_no_agreement(source: str) -> None:
    with pytest.raises(AssertionError, match="there are no tests"):
        judge(source, "plainly")


def test_where_cpythons_tests_are_missing_it_says_what_to_install() -> None:
    with pytest.raises(NotInstalled, match="install the package `libpython3"):
        snippet("test_that_no_python_has")
