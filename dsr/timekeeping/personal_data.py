"""Nothing here is about a person whose data we hold."""

from privacy.personal_data.declaring import exempt

exempt("timekeeping.CalendarDay", "Days of calendars, and the id of the member of staff who added each.")
exempt("timekeeping.StepTime", "Medians over requests by right and state.")
