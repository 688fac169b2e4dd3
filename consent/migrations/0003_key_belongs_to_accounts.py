"""Consent forgets the table that accounts took over; its rows stay."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_key_table_moves"), ("accounts", "0003_api_key")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "decisioncount",
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="counts", to="accounts.apikey"
                    ),
                ),
                migrations.DeleteModel("ApiKey"),
            ],
        ),
    ]
