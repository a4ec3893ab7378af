/*-------------------------------------------------------------------------
 *
 * estimate_gin.cpp
 *	  How big a GIN index is right after CREATE INDEX with its default options.
 *
 * Each different part of the values is one entry, with the places of its rows
 * in a compressed list; a list that is too long for its entry becomes a tree
 * of its own (ginpostinglist.c, ginentrypage.c).  Within a list each place is
 * told by its distance to the one before, in one byte for a row of the same
 * page, two to four for one further away.
 *
 * CREATE INDEX brings entries in their order, which leaves each page of
 * entries half full; where they do not fit into maintenance_work_mem it does
 * so several times, which fills pages in between.  Lists of the second time on
 * are added to what is there.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <cmath>

#include "core/index/size_models.h"

namespace steward
{

namespace
{

constexpr double kSpace = page::kSize - page::kHeader - 8;
constexpr double kLargestEntry = 2712; /* a third of a page */
constexpr double kListHeader = 8;      /* the first place, and a length */
constexpr double kSegment = 376;       /* bytes of one list of a posting tree */
constexpr double kTreeSpace = page::kSize - page::kHeader - 16;
constexpr double kTupleHeader = 8;

/* As much as the server collects before it writes: the default maintenance_work_mem. */
constexpr double kCollected = 64.0 * 1024 * 1024;
constexpr double kSortedFilling = 0.5;
constexpr double kRandomFilling = 0.75;

/* Bytes that tell how far a row is from the one before, so many pages away on average. */
double
BytesForGap(double pages)
{
	/* The chance of a gap of up to so many pages, where each has the same chance. */
	double next = pages <= 1 ? 1 : 1 / pages;
	auto within = [&](double most) { return 1 - std::pow(1 - next, most); };

	/* A page is 2,048 places, a byte holds seven bits. */
	return 2 + (1 - within(7)) + (1 - within(1023)) + (1 - within(131071));
}

struct Entries
{
	double leaf_bytes = 0;
	double count = 0;
	double tree_pages = 0;
};

/* So many keys, each on so many rows, of which `per_page` are on one page. */
void
AddEntries(Entries &entries, double keys, double rows, double per_page, double table_pages, double key_bytes)
{
	double pages = std::max(1.0, rows / per_page);
	double list = (rows - pages) * 1 + (pages - 1) * BytesForGap(table_pages / pages);
	double tuple = Align(key_bytes + kListHeader + Align(list, 2), 8);

	if (keys <= 0)
		return;
	entries.count += keys;
	if (tuple <= kLargestEntry)
	{
		entries.leaf_bytes += keys * (tuple + page::kLinePointer);
		return;
	}

	/* The tree's root alone, or with leaves below it. */
	double leaves = std::ceil(list * (1 + kListHeader / kSegment) / kTreeSpace);

	entries.leaf_bytes += keys * (key_bytes + page::kLinePointer);
	entries.tree_pages += keys * (leaves > 1 ? leaves + 1 : 1);
}

} // namespace

double
EstimateGin(const IndexedRows &rows)
{
	/* Where nobody looked at the values. */
	constexpr double kPartBytes = 10;
	constexpr double kRowsOfPart = 20;

	const Relation &relation = rows.relation();
	bool several = rows.index().keys.size() > 1;
	Entries entries;
	double places = 0;

	for (const IndexKey &key : rows.index().keys)
	{
		const Column &column = relation.columns.at(key.column);
		KeyGroups groups;
		double part_width = kPartBytes;

		if (rows.HasParts(key.column))
		{
			groups = rows.Parts(key.column);
			part_width = relation.sample.columns.at(key.column).part_width;
		}
		else
		{
			groups.rows =
				rows.count() * std::max(1.0, column.average_width / kPartBytes) * (1 - column.null_fraction);
			groups.rare.push_back({groups.rows / kRowsOfPart, kRowsOfPart});
		}

		double per_page = groups.key_pages > 0 ? std::max(1.0, groups.rows / groups.key_pages) : 1;
		double key_bytes = Align(kTupleHeader + (several ? 2 : 0) + part_width, 8);

		places += groups.rows;
		for (const FrequentKey &frequent : groups.frequent)
			AddEntries(entries, 1, frequent.rows, per_page, relation.pages, key_bytes);
		for (const FrequencyClass &one : groups.rare)
			AddEntries(entries, one.values, one.occurrences, per_page, relation.pages, key_bytes);
	}

	/* What collecting them takes: places, and a node of a tree for each key. */
	bool at_once = places * 6 * 1.5 + entries.count * 150 < kCollected;
	double filling = at_once ? kSortedFilling : kRandomFilling;
	double level = std::max(1.0, std::ceil(entries.leaf_bytes / (kSpace * filling)));
	double item = entries.count > 0 ? entries.leaf_bytes / entries.count : 1;
	double fanout = std::max(2.0, kSpace * filling / std::min(item, 40.0));

	double pages = 1 + level + std::ceil(entries.tree_pages); /* with the meta page */

	while (level > 1)
	{
		level = std::ceil(level / fanout);
		pages += level;
	}
	return pages;
}

} // namespace steward
