"""Declarations of intake."""

from privacy.personal_data.declaring import exempt

exempt("intake.TooYoungCount", "Counts per day and country.")
