/*-------------------------------------------------------------------------
 *
 * estimate_btree.cpp
 *	  How big a btree is right after CREATE INDEX with the default fillfactor.
 *
 * Follows what the server does (nbtsort.c): tuples are aligned; equal keys
 * share posting lists of at most a tenth of a page where the operator class
 * allows it; a leaf gets tuples until less than a tenth of it is free, then
 * its last one moves on to the next leaf; what stands in inner pages are the
 * keys that tell two leaves apart, and these are filled to 70 %.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <cmath>
#include <map>

#include "core/index/size_models.h"

namespace steward
{

namespace
{

constexpr double kSpecial = 16;
/* Line pointers for the high key and for the next tuple are set aside. */
constexpr double kSpace = page::kSize - page::kHeader - kSpecial - 2 * page::kLinePointer;
constexpr double kLeafReserve = 819;    /* a tenth of a page */
constexpr double kInnerReserve = 2457;  /* three tenths of a page */
constexpr double kLargestPosting = 812; /* a tenth of a page, aligned, less a line pointer */

bool
Deduplicates(const IndexedRows &rows)
{
	const IndexDefinition &index = rows.index();

	return index.included.empty() &&
		   std::all_of(index.keys.begin(), index.keys.end(),
					   [&](const IndexKey &key)
					   { return rows.relation().columns.at(key.column).deduplicates; });
}

/* The tuples of a leaf level. */
struct Leaves
{
	double items = 0;
	double bytes = 0;                   /* with line pointers */
	double postings = 0;                /* of them: table row identifiers in lists */
	std::map<double, double> of_length; /* bytes in tuples of each length */

	void Add(double count, double length, double posting)
	{
		items += count;
		bytes += count * length;
		postings += count * posting;
		of_length[length] += count * length;
	}

	/* Nearly all tuples are of one length. */
	bool IsUniform() const
	{
		return std::any_of(of_length.begin(), of_length.end(),
						   [&](const auto &one) { return one.second > 0.9 * bytes; });
	}
};

/* So many keys, each with this whole number of rows. */
void
AddKeys(Leaves &leaves, double tuple, double keys, double duplicates)
{
	/* The whole tuple is aligned, up to a limit that is. */
	double most = std::floor((std::floor(kLargestPosting / 8) * 8 - tuple) / page::kTupleId);

	if (keys <= 0)
		return;
	if (duplicates <= 1 || most < 2)
	{
		leaves.Add(keys * duplicates, tuple + page::kLinePointer, 0);
		return;
	}

	double lists = std::floor(duplicates / most);
	double rest = duplicates - lists * most;
	double list = Align(tuple + most * page::kTupleId, 8);

	leaves.Add(keys * lists, list + page::kLinePointer, list - tuple);
	if (rest > 0)
	{
		double last = Align(tuple + (rest > 1 ? rest * page::kTupleId : 0), 8);

		leaves.Add(keys, last + page::kLinePointer, last - tuple);
	}
}

Leaves
LeavesOf(const IndexedRows &rows, const KeyGroups &groups, const TupleWidth &width)
{
	Leaves leaves;

	if (!Deduplicates(rows))
	{
		leaves.Add(groups.rows, width.mean + page::kLinePointer, 0);
		return leaves;
	}
	for (const FrequentKey &frequent : groups.frequent)
		AddKeys(leaves, frequent.bytes, 1, std::round(frequent.rows));
	for (const FrequencyClass &one : groups.rare)
	{
		/* Some have a row more than others. */
		double fewer = std::floor(std::max(1.0, one.occurrences));
		double with_more = std::max(0.0, one.occurrences - fewer) * one.values;

		AddKeys(leaves, groups.rare_bytes, one.values - with_more, fewer);
		AddKeys(leaves, groups.rare_bytes, with_more, fewer + 1);
	}
	return leaves;
}

/* Of tuples as long as these; the last one to come moves on to the next page. */
double
ItemsPerLeaf(const Leaves &leaves, bool uniform)
{
	double item = leaves.bytes / leaves.items;
	/* A tuple that moves on leaves its key as the high key, but not its posting list. */
	double by_fill = (kSpace - kLeafReserve + leaves.postings / leaves.items) / item;
	double by_space = (kSpace - page::kLinePointer) / item - 1;
	double items = std::min(by_fill, by_space);

	return std::max(1.0, uniform ? std::floor(items) : items - 0.5);
}

/*
 * Bytes of a tuple that tells two neighbouring leaves apart: the keys up to
 * the first one that differs, and the row's place where none does.
 */
double
PivotWidth(const IndexedRows &rows, const KeyGroups &groups, double items)
{
	size_t keys = rows.index().keys.size();
	double equal_so_far = 1;
	double width = 0;
	double before = 8;

	for (size_t i = 1; i <= keys && equal_so_far > 0; i++)
	{
		double distinct = i == keys ? groups.Distinct() : rows.Groups(i).Distinct();
		double with_key = rows.Width(i, false).mean;

		width += equal_so_far * (with_key - before);
		before = with_key;
		equal_so_far = std::clamp(1 - distinct / std::max(1.0, items), 0.0, equal_so_far);
	}
	return 8 + width + equal_so_far * 8;
}

} // namespace

IndexSize
EstimateBtree(const IndexedRows &rows)
{
	IndexSize size;
	size_t keys = rows.index().keys.size();
	KeyGroups groups = rows.Groups(keys);
	TupleWidth width = rows.Width(keys, true);
	Leaves leaves = LeavesOf(rows, groups, width);
	double level = 1;

	if (leaves.items > 0)
		level = std::ceil(leaves.items / ItemsPerLeaf(leaves, width.uniform && leaves.IsUniform()));
	size.tuples = rows.count();
	size.pages = 1 + level; /* the meta page and the leaves */
	size.height = 0;
	if (level <= 1)
		return size;

	double pivot = PivotWidth(rows, groups, leaves.items) + page::kLinePointer;
	double fanout = std::max(2.0, std::floor((kSpace + page::kLinePointer - kInnerReserve) / pivot));

	while (level > 1)
	{
		level = std::ceil(level / fanout);
		size.pages += level;
		size.height++;
	}
	return size;
}

} // namespace steward
