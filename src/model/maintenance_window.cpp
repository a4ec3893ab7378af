/*-------------------------------------------------------------------------
 *
 * maintenance_window.cpp
 *	  When the steward may do what nobody waits for.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "model/maintenance_window.h"

#include <algorithm>
#include <cctype>
#include <regex>

namespace steward
{

namespace
{

constexpr int kDays = 7;
constexpr int kMinutesOfDay = 24 * 60;
constexpr size_t kLongest = 256; /* more than all days and the longest name of a time zone */
constexpr std::array<const char *, kDays> kDayNames = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* Of a name that the expression below let through. */
int
DayOf(std::string name)
{
	std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
	return static_cast<int>(std::find(kDayNames.begin(), kDayNames.end(), name) - kDayNames.begin());
}

std::array<bool, kDays>
DaysOf(const std::string &text)
{
	static const std::regex kPart("([a-z]{3})(?:-([a-z]{3}))?", std::regex::icase);
	std::array<bool, kDays> days = {};

	if (text.empty())
		days.fill(true);
	for (std::sregex_iterator part(text.begin(), text.end(), kPart), end; part != end; ++part)
	{
		int first = DayOf((*part)[1]);
		int last = (*part)[2].matched ? DayOf((*part)[2]) : first;

		/* Fri-Mon goes over the end of the week. */
		for (int day = first;; day = (day + 1) % kDays)
		{
			days.at(static_cast<size_t>(day)) = true;
			if (day == last)
				break;
		}
	}
	return days;
}

int
MinutesOf(const std::string &hours, const std::string &minutes)
{
	return std::stoi(hours) * 60 + std::stoi(minutes);
}

} // namespace

std::optional<MaintenanceWindow>
ParseMaintenanceWindow(const std::string &text)
{
	static const std::string kDay = "(?:mon|tue|wed|thu|fri|sat|sun)";
	static const std::string kSomeDays = kDay + "(?:-" + kDay + ")?";
	static const std::regex kForm("\\s*(?:(" + kSomeDays + "(?:\\s*,\\s*" + kSomeDays +
									  ")*)\\s+)?([0-9]{1,2}):([0-9]{2})\\s*-\\s*([0-9]{1,2}):([0-9]{2})"
									  "(?:\\s+([^\\s]+))?\\s*",
								  std::regex::icase);
	std::smatch match;
	MaintenanceWindow window;

	/* The library's matcher calls itself for each character. */
	if (text.size() > kLongest || !std::regex_match(text, match, kForm))
		return std::nullopt;
	window.days = DaysOf(match[1]);
	window.from = MinutesOf(match[2], match[3]);
	window.until = MinutesOf(match[4], match[5]);
	window.time_zone = match[6];
	if (std::stoi(match[3]) > 59 || std::stoi(match[5]) > 59 || window.from >= kMinutesOfDay ||
		window.until > kMinutesOfDay)
		return std::nullopt;
	return window;
}

bool
IsOpen(const MaintenanceWindow &window, int day, int minute)
{
	auto opens = [&](int on) { return window.days.at(static_cast<size_t>((on + kDays) % kDays)); };

	if (window.from < window.until)
		return opens(day) && minute >= window.from && minute < window.until;
	return (opens(day) && minute >= window.from) || (opens(day - 1) && minute < window.until);
}

} // namespace steward
