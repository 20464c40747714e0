"""Airflow's web server has the Data Docs too, for those who are signed in: a browser opens no `file://` link of a page.

Every process of Airflow loads its plugins, so what serves is imported when the first page is asked for.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from dags.common.data_docs import SERVED_AT
from jobs.settings import settings

if TYPE_CHECKING:
    from fastapi import FastAPI


class Pages:
    """The files of the Data Docs as an ASGI application."""

    async def __call__(self, *connection: Any) -> None:
        await self.app(*connection)

    @cached_property
    def app(self) -> "FastAPI":
        from airflow.api_fastapi.app import get_auth_manager
        from airflow.api_fastapi.core_api.security import get_user
        from fastapi import Depends, FastAPI, Request, Response
        from fastapi.responses import RedirectResponse
        from fastapi.staticfiles import StaticFiles

        app = FastAPI(dependencies=[Depends(get_user)], openapi_url=None)
        files = StaticFiles(directory=settings().docs_dir, check_dir=False)

        @app.get("/{path:path}")
        async def page(path: str, request: Request) -> Response:
            return await files.get_response(path, request.scope)

        @app.exception_handler(401)
        async def sign_in(request: Request, _: Exception) -> Response:
            return RedirectResponse(f"{get_auth_manager().get_url_login()}?next={request.url}")

        return app


class DataDocsPlugin(AirflowPlugin):
    """The pages, and an entry for them in Airflow's navigation."""

    name = "yeji_data_docs"
    fastapi_apps: ClassVar = [{"app": Pages(), "url_prefix": SERVED_AT, "name": "Data Docs"}]
    external_views: ClassVar = [
        {"name": "Data Docs", "href": f"{SERVED_AT.lstrip('/')}/index.html", "category": "browse"}
    ]
