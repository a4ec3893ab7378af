/*-------------------------------------------------------------------------
 *
 * maintenance_window.h
 *	  When the steward may do what nobody waits for.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <array>
#include <optional>
#include <string>

namespace steward
{

struct MaintenanceWindow
{
	std::array<bool, 7> days = {}; /* on which it opens, Monday first */
	int from = 0;                  /* minutes since midnight */
	int until = 0;                 /* not after `from`: of the next day */
	std::string time_zone;         /* empty: the server's */
};

/*
 * "[DAYS] HH:MM-HH:MM [TIME ZONE]", as in "Sat,Sun 22:00-04:00 Europe/Berlin" or
 * "Mon-Fri 01:00-05:00"; without days every day.  Nothing where it is not of
 * this form.
 */
std::optional<MaintenanceWindow> ParseMaintenanceWindow(const std::string &text);

/* Whether it is open on a day (0 is Monday) at so many minutes since midnight, in its time zone. */
bool IsOpen(const MaintenanceWindow &window, int day, int minute);

} // namespace steward
