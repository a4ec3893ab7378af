/*-------------------------------------------------------------------------
 *
 * measure_bloat.cpp
 *	  Which indexes a rebuild would make much smaller.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/measure_bloat.h"

#include "base/text.h"
#include "core/maintenance/judge_bloat.h"
#include "pg/index_bloat.h"
#include "pg/index_pages.h"
#include "pg/settings.h"

namespace steward
{

namespace
{

constexpr size_t kMostAtATime = 200;

/* A share of such a sample is known to two points or so; a smaller index is read whole. */
constexpr uint32_t kMostPages = 1000;

std::optional<double>
MeasureBtree(const IndexBloat &index)
{
	if (!IsWorthMeasuring(index.bytes_per_row, index.rebuilt_bytes_per_row, pg::settings::bloat_threshold))
		return BloatSinceRebuild(index.bytes_per_row, *index.rebuilt_bytes_per_row);

	std::optional<PageSample> sample = pg::SampleBtreePages(index.oid, kMostPages);

	return sample ? BtreeBloat(*sample) : std::nullopt;
}

std::optional<double>
Measure(const IndexBloat &index)
{
	if (index.btree)
		return MeasureBtree(index);
	return index.rebuilt_bytes_per_row ? BloatSinceRebuild(index.bytes_per_row, *index.rebuilt_bytes_per_row)
									   : std::nullopt;
}

} // namespace

std::vector<ObjectId>
IndexesToMeasure(pg::Spi &spi, double hours)
{
	return pg::IndexesToMeasure(spi, hours, kMostAtATime);
}

void
BeginMeasuring(pg::Spi &spi, ObjectId index)
{
	for (const IndexBloat &known : pg::ReadIndexBloat(spi, index))
		pg::NoteBloat(spi, known, std::nullopt);
}

void
MeasureIndex(pg::Spi &spi, ObjectId index)
{
	for (const IndexBloat &known : pg::ReadIndexBloat(spi, index))
		pg::NoteBloat(spi, known, Measure(known));
}

std::vector<IndexBloat>
ReadBloated(pg::Spi &spi)
{
	std::vector<IndexBloat> bloated = pg::ReadIndexBloat(spi);

	std::erase_if(bloated, [](const IndexBloat &index)
				  { return index.bloat.value_or(0) < pg::settings::bloat_threshold; });
	return bloated;
}

bool
IsForSize(const Action &action)
{
	return action.kind == ActionKind::kReindexIndex && action.evidence.contains("bloat");
}

std::string
WhyNotBloated(pg::Spi &spi, ObjectId index)
{
	MeasureIndex(spi, index);

	std::vector<IndexBloat> known = pg::ReadIndexBloat(spi, index);

	if (known.empty() || !known.front().bloat)
		return "how much of it would be gone cannot be told now";
	if (*known.front().bloat < pg::settings::bloat_threshold)
		return "only " + FormatPercent(*known.front().bloat) + " of it would be gone";
	return "";
}

Json
NoteRebuild(pg::Spi &spi, const std::string &target, double bytes_before)
{
	pg::Rows rows = spi.Query("SELECT coalesce(to_regclass($1)::oid, 0)", {target});
	std::vector<IndexBloat> built = pg::ReadIndexBloat(spi, rows.front().ObjectId(0));

	if (rows.front().ObjectId(0) == 0 || built.empty())
		return Json::object();
	pg::NoteRebuilt(spi, built.front());
	return {{"bytes_before", static_cast<int64_t>(bytes_before)},
			{"bytes_after", static_cast<int64_t>(built.front().size_bytes)},
			{"bytes_won", static_cast<int64_t>(bytes_before - built.front().size_bytes)}};
}

} // namespace steward
