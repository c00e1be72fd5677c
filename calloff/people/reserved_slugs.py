"""The first segments of our URLs, which no authority can use as its slug."""

RESERVED_SLUGS = frozenset(
    {
        ".well-known", "about", "accessibility", "account", "admin", "api", "api-docs", "authorities", "buyers",
        "complaints", "contact", "cookies", "csp-report", "demo", "favicon.ico", "health", "help", "news", "oruk",
        "privacy", "providers", "robots.txt", "schools", "search", "security", "sign-in", "sign-out", "sitemap.xml",
        "static", "status", "terms", "www",
    }
)  # fmt: skip
