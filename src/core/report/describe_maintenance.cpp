/*-------------------------------------------------------------------------
 *
 * describe_maintenance.cpp
 *	  The maintenance report, for people to read.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/describe_maintenance.h"

#include "base/text.h"

namespace steward
{

namespace
{

/* More of a kind are counted. */
constexpr size_t kMostLines = 20;

const Json &
PartOf(const Json &report, const char *name)
{
	static const Json none = Json::array();
	auto found = report.find(name);

	return found == report.end() ? none : *found;
}

double
Sum(const Json &entries, const char *member)
{
	double sum = 0;

	for (const Json &entry : entries)
		sum += entry.value(member, 0.0);
	return sum;
}

std::string
LineOf(const Json &entry)
{
	std::string line =
		entry.contains("action") ? "#" + std::to_string(entry.value("action", int64_t{0})) + " " : "";

	line += entry.value("target", "");
	if (entry.contains("bytes_won"))
		line += ": " + FormatBytes(entry.value("bytes_before", 0.0)) + " -> " +
				FormatBytes(entry.value("bytes_after", 0.0));
	else if (entry.contains("bytes"))
		line += ": " + FormatBytes(entry.value("bytes", 0.0));
	/* What waits is to be told from why it waits. */
	if (std::string reason = entry.value("reason", ""); !reason.empty())
		line += ": " + entry.value("kind", "") + ", " + reason + "; it waits";
	if (std::string why = entry.value("why", ""); !why.empty())
		line += ": " + why;
	if (std::string so_far = entry.value("so_far", ""); !so_far.empty())
		line += "; " + so_far;
	return line;
}

void
AddPart(std::string &text, const std::string &title, const Json &entries)
{
	size_t lines = 0;

	if (entries.empty())
		return;
	text += title + "\n";
	for (const Json &entry : entries)
	{
		if (lines++ == kMostLines)
		{
			text += "  and " + std::to_string(entries.size() - kMostLines) + " more\n";
			break;
		}
		text += "  " + (entry.is_string() ? entry.get<std::string>() : LineOf(entry)) + "\n";
	}
}

} // namespace

std::string
DescribeMaintenance(const Json &report)
{
	const Json &dropped = PartOf(report, "dropped");
	const Json &quarantine = PartOf(report, "quarantine");
	const Json &rebuilt = PartOf(report, "rebuilt");
	const Json &analyzed = PartOf(report, "analyzed");
	const Json &statistics = PartOf(report, "statistics");
	const Json &of_no_use = PartOf(report, "of_no_use");
	const Json &taken_back = PartOf(report, "taken_back");
	const Json &waiting = PartOf(report, "waiting");
	const Json &skipped = PartOf(report, "skipped");
	const Json &warnings = PartOf(report, "warnings");
	std::string text =
		"Maintenance from " + report.value("since", "") + " to " + report.value("until", "") + "\n";
	size_t start = text.size();

	AddPart(text,
			"Dropped " + Count(dropped.size(), "index", "indexes") + ", " +
				FormatBytes(Sum(dropped, "bytes")) + " won:",
			dropped);
	AddPart(text,
			"In quarantine, not used and still kept up to date, " +
				Count(quarantine.size(), "index", "indexes") + ":",
			quarantine);
	AddPart(text,
			"Rebuilt " + Count(rebuilt.size(), "index", "indexes") + ", " +
				FormatBytes(Sum(rebuilt, "bytes_won")) + " won:",
			rebuilt);
	AddPart(text, "New statistics for " + Count(analyzed.size(), "table", "tables") + ":", analyzed);
	AddPart(text,
			"Better statistics for " + Count(statistics.size(), "set of columns", "sets of columns") + ":",
			statistics);
	AddPart(text, "Tried, of no use, and rolled back, " + Count(of_no_use.size(), "change", "changes") + ":",
			of_no_use);
	AddPart(text, "Taken back " + Count(taken_back.size(), "change", "changes") + ":", taken_back);
	if (text.size() == start)
		text +=
			report.value("dry_run", false)
				? "Nothing was done, this was a look only: CALL steward.maintain(false); does what may be done.\n"
				: "Nothing was done.\n";
	AddPart(text, "Waiting, " + Count(waiting.size(), "action", "actions") + ":", waiting);
	AddPart(text, "Skipped:", skipped);
	AddPart(text, "To look at:", warnings);
	return text;
}

} // namespace steward
