from django.db import migrations, models

FILL_GIVEN_AT = "UPDATE consent_preference SET given_at = changed_at WHERE status IN ('given', 'permitted')"
FILL_DOOR = """UPDATE consent_preference SET door = COALESCE(
  (SELECT e.door FROM consent_consentevent e WHERE e.id = consent_preference.event_id), '')"""


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0004_more_ways_and_easing'),
    ]

    operations = [
        migrations.AddField(
            model_name='preference',
            name='door',
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name='preference',
            name='given_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='preference',
            name='source',
            field=models.CharField(blank=True, max_length=16),
        ),
        migrations.RunSQL(FILL_GIVEN_AT, migrations.RunSQL.noop),
        migrations.RunSQL(FILL_DOOR, migrations.RunSQL.noop),
    ]
