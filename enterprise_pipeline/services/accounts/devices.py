"""Which browser and system somebody used, in a word each; nothing else of it is kept."""

import ipaddress

# The first word that is found decides: Edge also calls itself Chrome, and Chrome Safari.
BROWSERS = (
    ("Edg", "Edge"), ("QQBrowser", "QQ"), ("MicroMessenger", "WeChat"), ("Firefox", "Firefox"),
    ("OPR", "Opera"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS", "macOS"), ("Kylin", "Kylin"), ("UOS", "UOS"), ("Linux", "Linux"),
)  # fmt: skip
IPV6_HOME_BITS = 64


def browser_of(user_agent: str) -> str:
    """The name of a browser, empty where it is none of the usual."""
    return next((name for mark, name in BROWSERS if mark in user_agent), "")


def system_of(user_agent: str) -> str:
    """The name of a system, empty where it is none of the usual."""
    return next((name for mark, name in SYSTEMS if mark in user_agent), "")


def address_block(address: str) -> str:
    """The address to count tries by: one of IPv4, the home network of one of IPv6."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or ipaddress.ip_network((known, IPV6_HOME_BITS), strict=False))
    return str(known)
