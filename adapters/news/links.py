"""The address of a story, and when two addresses are one.

`address` is what people are given: absolute, http or https, without tracking, and past the redirectors that carry
their target in the open. `sameness` is what is compared: also without scheme, "www." and the order of parameters.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit, urlunsplit

# Nearly every link of a feed is in order as it stands: then there is nothing to take apart.
_IN_ORDER = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+/[\w.,;:@!~*'()%$=+/-]*", re.ASCII)
_LONGEST = 4000  # characters; longer ones are no link that a browser or a chat would take
# Parameters that say where a reader came from, by their owners' documentation and by the feeds that carry them.
_TRACKING = re.compile(
    r"(?:utm_\w+|at_\w+|mc_[ce]id|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id"
    r"|_hsenc|_hsmi|hsctatracking|mkt_tok|vero_id|oly_(?:anon|enc)_id|wt[._]mc(?:[._]\w+)?|xtor|ns_(?:mchannel|source"
    r"|campaign|linkname|fee)|s?_?cmpid|cmp|itm_\w+|ocid|ncid|smid|spm|_ga|guce\w*|guccounter|sr_share|soc_src"
    r"|soc_trk|__twitter_impression|feedtype|feedname|__source|rss|xtcr|echobox)",
    re.IGNORECASE,
)
# Innocent names that are tracking when their value says "feed".
_FEEDISH = re.compile(r"(?:ref|source|src|from|partner|emc|mod|via|medium|feed|cid)=(?:rss|feed)[\w.-]*", re.IGNORECASE)
# Fragments of that sort; others may be a place in the page, and `#!` and `#/` are the page itself.
_TRACKING_FRAGMENT = re.compile(r"(?:xtor|utm_\w+|ref|at_\w+|rss|feed|ftag|comments?|respond)\b.*", re.IGNORECASE)
# Redirectors whose target stands in the address: host and path, and the parameter that holds it.
_REDIRECTORS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"(?:www\.)?google\.[a-z.]{2,6}/url"), ("url", "q")),
    (re.compile(r"(?:www\.)?bing\.com/news/apiclick\.aspx"), ("url",)),
    (re.compile(r"lm?\.facebook\.com/l\.php"), ("u",)),
    (re.compile(r"out\.reddit\.com/.*"), ("url",)),
    (re.compile(r"t\.umblr\.com/redirect"), ("z",)),
    (re.compile(r"(?:www\.)?youtube\.com/redirect"), ("q",)),
    (re.compile(r"(?:www\.|away\.)?vk\.com/away\.php"), ("to",)),
    (re.compile(r"slack-redir\.net/link"), ("url",)),
    (re.compile(r"go\.redirectingat\.com/"), ("url",)),
    (re.compile(r"(?:www\.)?getpocket\.com/redirect"), ("url",)),
    (re.compile(r"(?:www\.)?linkedin\.com/redir/redirect"), ("url",)),
)


def address(link: str, base: str = "", *, fragment: bool = False) -> str:
    """The working address of a link, or nothing when it is not one for the web (javascript:, data:, mailto:, ...).

    `base` is where a relative link starts. Fragments are dropped unless `fragment` asks to keep them.
    """
    if len(link) <= _LONGEST and _IN_ORDER.fullmatch(link):
        return link
    link = "".join(link.split()) if len(link) <= _LONGEST else ""
    if not link:
        return ""
    try:
        parts = urlsplit(urljoin(base, link) if base else link)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        return ""
    path = parts.path or "/"
    if parts.query and (target := _target(host + path, parts.query)):
        return address(target, fragment=fragment)

    host = f"[{host}]" if ":" in host else host
    place = host if port is None or port == {"http": 80, "https": 443}[scheme] else f"{host}:{port}"
    return urlunsplit((scheme, place, path, _query(parts.query), _fragment(parts.fragment, keep=fragment)))


def sameness(url: str) -> str:
    """What two addresses of one page have in common: no scheme, no "www.", parameters in order, no last slash."""
    rest = url.partition("://")[2]
    rest, hash_, fragment = rest.partition("#")
    rest, mark, query = rest.partition("?")
    return rest.removeprefix("www.").rstrip("/") + mark + "&".join(sorted(query.split("&"))) + hash_ + fragment


def _target(place: str, query: str) -> str:
    for redirector, names in _REDIRECTORS:
        if not redirector.fullmatch(place):
            continue
        values = parse_qs(query, max_num_fields=50) if query.count("&") < 50 else {}
        for name in names:
            found = values.get(name, [""])[0]
            if found.startswith(("http://", "https://")):
                return found
    return ""


def _query(query: str) -> str:
    if not query:
        return ""
    return "&".join(
        pair
        for pair in query.split("&")
        if pair and not _TRACKING.fullmatch(pair.partition("=")[0]) and not _FEEDISH.fullmatch(pair)
    )


def _fragment(fragment: str, *, keep: bool) -> str:
    if fragment.startswith(("!", "/")):
        return fragment
    return "" if not keep or _TRACKING_FRAGMENT.fullmatch(fragment) else fragment
