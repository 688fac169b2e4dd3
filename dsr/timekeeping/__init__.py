"""What the clocks of requests count with beside the law: days added to calendars, and how long steps take."""
