"""The settings of the API and of its description, which follow from no variable."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["arbitrage_site.access.SessionSignIn"],
    "DEFAULT_PERMISSION_CLASSES": ["arbitrage_site.access.SignedInOrDemo"],
    "DEFAULT_THROTTLE_CLASSES": ["arbitrage_site.throttles.ApiLimit"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "arbitrage_site.access.BrowsableForPeople",
    "DEFAULT_SCHEMA_CLASS": "arbitrage_site.schema.DescribedSchema",
    "DEFAULT_PARSER_CLASSES": ["arbitrage_site.parsers.StrictJSON"],
    "DEFAULT_RENDERER_CLASSES": ["arbitrage_site.problem.JSON", "rest_framework.renderers.BrowsableAPIRenderer"],
    "EXCEPTION_HANDLER": "arbitrage_site.problem.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Amazon Arbitrage Tracker API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Money is integer minor units (cents, pence) with its currency beside it; ratios are basis points.",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "arbitrage_site.schema.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {"Marketplace": "products.marketplaces.CHOICES"},
    "SERVE_PERMISSIONS": ["arbitrage_site.access.SignedInOrDemo"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
