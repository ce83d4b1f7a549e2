"""The whole site in this process: real store, real runner, real recorder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

type Record = Callable[[str], Any]


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a site that has a data folder of its own."""
    with client_of(tmp_path_factory.mktemp("site")) as client:
        yield client


@pytest.fixture
def record(client: TestClient) -> Record:
    """Records a snippet; returns what the API answers."""

    def post(source: str) -> Any:
        response = client.post("/api/traces", json={"source": source})
        assert response.status_code == 201, response.text
        return response.json()

    return post


def client_of(data: Path, **settings: Any) -> TestClient:
    """A client of a site; what goes wrong inside it is answered as a visitor would see it."""
    app = create_app(Settings(data=data, **settings))
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)
