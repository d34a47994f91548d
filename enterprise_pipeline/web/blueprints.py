"""The page groups and what every request goes through."""

from flask import Blueprint, Flask

BLUEPRINTS: tuple[Blueprint, ...] = ()


def init_web(app: Flask) -> None:
    """Register every page group."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
