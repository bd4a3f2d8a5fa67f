"""The only writers of activities: bookings, schedules, records."""
