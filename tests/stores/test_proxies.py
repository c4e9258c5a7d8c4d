"""A store is reached by the proxy that the environment names for it, and this machine never."""

import pytest

from bench.stores.proxies import proxy_for


def test_the_proxy_is_that_of_the_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scheme has its own, `all_proxy` is for all others, and exceptions and this machine have none."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https", "s3.amazonaws.com") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy:3128")
    monkeypatch.setenv("no_proxy", ".corp")
    assert proxy_for("https", "s3.amazonaws.com") == "http://proxy:3128"
    assert proxy_for("http", "s3.amazonaws.com") is None
    assert proxy_for("https", "store.corp") is None
    assert proxy_for("https", "127.0.0.1") is None
    monkeypatch.setenv("all_proxy", "http://other:1")
    assert proxy_for("http", "s3.amazonaws.com") == "http://other:1"
