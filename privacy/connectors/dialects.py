"""Databases beyond those that Kept is tested with: any dialect of SQLAlchemy whose driver is installed."""

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from privacy.kernel.errors import InvalidInput

PACKAGES = {  # what brings a dialect that SQLAlchemy does not ship, or the driver of one that it does
    "cockroachdb": "sqlalchemy-cockroachdb",
    "db2": "ibm-db-sa",
    "duckdb": "duckdb-engine",
    "mssql": "pyodbc (or pymssql, with mssql+pymssql:)",
    "oracle": "oracledb (with oracle+oracledb:)",
    "redshift": "sqlalchemy-redshift",
    "snowflake": "snowflake-sqlalchemy",
}


def require_dialect(url: sa.URL) -> None:
    """InvalidInput(url) that says what to install where the dialect of a URL, or its driver, is missing."""
    family = url.get_backend_name()
    package = PACKAGES.get(family, f"a package that brings the SQLAlchemy dialect {family[:40]}")
    known = "Without further packages it begins with sqlite:, postgresql:, mysql: or mariadb:."
    try:
        dialect = url.get_dialect()
    except (NoSuchModuleError, ArgumentError):
        raise InvalidInput(
            f"No dialect {family[:40]} is installed: pip install {package}. {known}", field="url"
        ) from None
    try:
        dialect.import_dbapi()
    except (ImportError, SQLAlchemyError, NotImplementedError):
        text = f"The driver of {url.drivername[:40]} is not installed: pip install {package}. {known}"
        raise InvalidInput(text, field="url") from None
