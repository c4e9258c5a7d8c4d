"""Finds the proxy by which an object store is reached, since Amazon's client inside of pyarrow does not look for it."""

from __future__ import annotations

from urllib.request import getproxies_environment, proxy_bypass


def proxy_for(scheme: str, host: str) -> str | None:
    """Return the URL of the proxy that the environment names for a host; None where it is reached directly.

    Args:
        scheme: ``http`` or ``https``, of the requests.
        host: The host's name or address; one of this machine is never behind a proxy.
    """
    proxies = getproxies_environment()
    proxy = proxies.get(scheme) or proxies.get("all")
    here = host in ("localhost", "::1") or host.startswith("127.")
    if not proxy or here or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"
