"""Entry point of the WSGI server and of the ``flask`` command."""

from enterprise_pipeline.factory import create_app

app = create_app()
