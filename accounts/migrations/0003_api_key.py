"""Takes over the table of keys from consent, and lets keys end by themselves."""

import uuid

from django.db import migrations, models

import privacy.kernel.clock


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_login_history"), ("consent", "0002_key_table_moves")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("label", models.CharField(max_length=80, unique=True)),
                        ("key_hash", models.CharField(max_length=64, unique=True)),
                        ("scopes", models.CharField(default="decisions", max_length=120)),
                        ("created_at", models.DateTimeField(default=privacy.kernel.clock.now)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("is_demo", models.BooleanField(default=False)),
                    ],
                ),
            ],
        ),
        migrations.AddField("apikey", "expires_at", models.DateTimeField(blank=True, null=True)),
    ]
