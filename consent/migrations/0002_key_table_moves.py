"""The table of keys becomes one of accounts: its rows stay, its name changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("apikey", "accounts_apikey")],
        ),
    ]
