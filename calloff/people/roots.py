"""The first segments of our addresses. An authority's slug is a root too, so none of these can be one."""

RESERVED = frozenset(
    {
        "about", "accessibility", "account", "admin", "api", "api-docs", "authorities", "buyers", "complaints",
        "contact", "cookies", "demo", "help", "health", "news", "oruk", "privacy", "providers", "robots.txt", "schools",
        "search", "security", "sign-in", "sign-out", "static", "status", "terms", "www",
    }
)  # fmt: skip
