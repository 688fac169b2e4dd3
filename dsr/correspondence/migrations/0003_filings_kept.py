"""A filing is kept first and opened after, by whatever way it comes from afar (decision 0095)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import privacy.kernel.fields

CHANNELS = [('web', 'web'), ('account', 'account'), ('mail', 'mail'), ('phone', 'phone'), ('chat', 'chat'), ('post', 'post'), ('api', 'api'), ('agent', 'agent'), ('opendsr', 'opendsr')]


def tell_reference(apps, _schema_editor):
    filings = apps.get_model("correspondence", "Filing").objects
    cases = apps.get_model("dsr", "SubjectRequest").objects.filter(pk=OuterRef("subject_request"))
    filings.update(
        channel="api",
        reference=Subquery(cases.values("reference")[:1]),
        is_demo=Subquery(cases.values("is_demo")[:1]),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("correspondence", "0002_filings_by_api"),
        ("dsr", "0019_covered_on_every_database"),
    ]

    operations = [
        migrations.RenameModel("ApiFiling", "Filing"),
        migrations.AlterField("filing", "system", models.UUIDField(blank=True, null=True)),
        migrations.AlterField("filing", "idem_hash", models.CharField(blank=True, max_length=64)),
        migrations.AlterField("filing", "body_mac", models.CharField(blank=True, max_length=64)),
        migrations.AlterField(
            "filing",
            "subject_request",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="filings",
                to="dsr.subjectrequest",
            ),
        ),
        migrations.AddField(
            "filing", "channel", models.CharField(choices=CHANNELS, default="api", max_length=12), preserve_default=False
        ),
        migrations.AddField("filing", "sealed", privacy.kernel.fields.EncryptedTextField(blank=True, default="")),
        migrations.AddField("filing", "reference", models.CharField(blank=True, db_index=True, max_length=12)),
        migrations.AddField("filing", "filed_by", models.UUIDField(blank=True, null=True)),
        migrations.AddField("filing", "is_demo", models.BooleanField(default=False)),
        migrations.RunPython(tell_reference, migrations.RunPython.noop),
    ]
