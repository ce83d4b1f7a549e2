"""Settings come from the environment, or not at all."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.settings import Settings, SettingsError
from app.trace.limits import Limits


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"YIELDSCOPE_PORT": " "}).port == 8000


def test_every_setting_and_every_limit_can_be_set() -> None:
    given = {
        "host": "::1",
        "port": 0,
        "data": Path("/srv/traces"),
        "workers": 3,
        "patience_seconds": 0.5,
        "runs_per_minute": 0,
        "public_url": "https://yieldscope.example",
    }
    limits = Limits(**{limit.name: 7 for limit in fields(Limits)})
    everything = given | {limit.name: 7 for limit in fields(Limits)}
    environment = {f"YIELDSCOPE_{name.upper()}": str(value) for name, value in everything.items()}
    settings = Settings.from_environment(environment)
    assert settings == Settings(**given, limits=limits)  # type: ignore[arg-type]
    assert {field.name for field in fields(Settings)} == given.keys() | {"limits", "unsafe_local"}


def test_the_longest_body_has_room_for_the_longest_source() -> None:
    assert Settings(limits=Limits(source_bytes=10)).body_bytes >= 60


@pytest.mark.parametrize(
    ("variable", "text", "rule"),
    [
        ("PORT", "65536", "a whole number from 0 to 65535"),
        ("PORT", "-1", "a whole number"),
        ("PORT", "٣", "a whole number"),
        ("WORKERS", "0", "a whole number from 1"),
        ("WORKERS", "9" * 5000, "a whole number"),
        ("RUNS_PER_MINUTE", "1.5", "a whole number from 0"),
        ("STEPS", "many", "a whole number from 1"),
        ("WALL_SECONDS", "0", "a number of seconds above 0"),
        ("WALL_SECONDS", "nan", "a number of seconds above 0"),
        ("WALL_SECONDS", "inf", "a number of seconds above 0"),
        ("PUBLIC_URL", "yieldscope.example", "an address that begins with http"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(variable: str, text: str, rule: str) -> None:
    with pytest.raises(SettingsError, match=f"^YIELDSCOPE_{variable} must be {rule}.*\\.$"):
        Settings.from_environment({f"YIELDSCOPE_{variable}": text})
