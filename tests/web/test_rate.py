"""Nobody may have so many snippets run that nobody else has a turn; looking is free."""

import asyncio
from pathlib import Path

from app.web.rate import Rate
from tests.web.conftest import client_of


def test_a_client_with_too_many_runs_is_told_when_to_come_back(tmp_path: Path) -> None:
    with client_of(tmp_path, runs_per_minute=2) as client:
        *allowed, refused = (client.post("/api/traces", json={"source": "1"}) for _ in range(3))
        assert [answer.status_code for answer in allowed] == [201, 201]
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many_runs"
        assert 0 < int(refused.headers["Retry-After"]) <= 60
        page = client.post("/run", data={"source": "x = 'still here'"})
        assert page.status_code == 429
        assert "x = &#39;still here&#39;" in page.text
        assert "in a minute" in page.text
        for answer in allowed:
            assert client.get(answer.json()["document_url"]).status_code == 200
        assert client.get("/g/await-a-task").status_code == 307


def test_one_client_does_not_spend_the_runs_of_another() -> None:
    async def scenario() -> None:
        rate = Rate(1)
        assert await rate.refusal("192.0.2.1") is None
        assert await rate.refusal("192.0.2.1")
        assert await rate.refusal("192.0.2.2") is None

    asyncio.run(scenario())


def test_the_addresses_of_one_network_of_ipv6_are_one_client() -> None:
    async def scenario() -> None:
        rate = Rate(1)
        assert await rate.refusal("2001:db8::1") is None
        assert await rate.refusal("2001:db8::2")
        assert await rate.refusal("2001:db8:0:1::1") is None

    asyncio.run(scenario())


def test_nothing_is_counted_where_any_number_of_runs_is_allowed() -> None:
    async def scenario() -> None:
        rate = Rate(0)
        assert not any([await rate.refusal("192.0.2.1") for _ in range(100)])

    asyncio.run(scenario())
