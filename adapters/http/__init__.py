"""Documents over HTTP, and from files that the settings name: the one `Fetcher`, and the one place that knows httpx.

`fetcher` asks and follows redirects; `body` takes what arrives, decompressed and capped; `reach` says which addresses
may be dialled; `words` is what headers mean and how an address may be shown.
"""

from adapters.http.fetcher import HttpFetcher

__all__ = ["HttpFetcher"]
