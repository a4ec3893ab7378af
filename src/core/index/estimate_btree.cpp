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

#include "core/index/size_models.h"

namespace steward
{

namespace
{

constexpr double kSpecial = 16;
/* Line pointers for the high key and for the next tuple are set aside. */
constexpr double kSpace = page::kSize - page::kHeader - kSpecial - 2 * page::kLinePointer;
constexpr double kLeafReserve = page::kSize * (100 - 90) / 100;
constexpr double kInnerReserve = page::kSize * (100 - 70) / 100;
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
	double bytes = 0;    /* with line pointers */
	double postings = 0; /* of them: table row identifiers in lists */
	bool uniform = true;

	void Add(double keys, double items_of_key, double bytes_of_key, double postings_of_key)
	{
		uniform = uniform && (items == 0 || bytes / items == bytes_of_key / items_of_key);
		items += keys * items_of_key;
		bytes += keys * bytes_of_key;
		postings += keys * postings_of_key;
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
		leaves.Add(keys, duplicates, (tuple + page::kLinePointer) * duplicates, 0);
		return;
	}

	double lists = std::floor(duplicates / most);
	double rest = duplicates - lists * most;
	double list = Align(tuple + most * page::kTupleId, 8);

	if (lists > 0)
		leaves.Add(keys, lists, lists * (list + page::kLinePointer), lists * (list - tuple));
	if (rest == 1)
		leaves.Add(keys, 1, tuple + page::kLinePointer, 0);
	else if (rest > 1)
	{
		double last = Align(tuple + rest * page::kTupleId, 8);

		leaves.Add(keys, 1, last + page::kLinePointer, last - tuple);
	}
}

Leaves
LeavesOf(const IndexedRows &rows, const KeyGroups &groups, const TupleWidth &width)
{
	Leaves leaves;

	leaves.uniform = width.uniform;
	if (!Deduplicates(rows))
	{
		leaves.Add(1, groups.rows, groups.rows * (width.mean + page::kLinePointer), 0);
		return leaves;
	}
	for (double duplicates : groups.frequent)
		AddKeys(leaves, width.mean, 1, std::round(duplicates));
	if (groups.rare_keys > 0)
	{
		/* Some have a row more than others. */
		double duplicates = std::max(1.0, groups.rare_rows / groups.rare_keys);
		double fewer = std::floor(duplicates);
		double with_more = (duplicates - fewer) * groups.rare_keys;

		AddKeys(leaves, width.mean, groups.rare_keys - with_more, fewer);
		AddKeys(leaves, width.mean, with_more, fewer + 1);
	}
	return leaves;
}

/* Of tuples as long as these; the last one to come moves on to the next page. */
double
ItemsPerLeaf(const Leaves &leaves)
{
	double item = leaves.bytes / leaves.items;
	/* A tuple that moves on leaves its key as the high key, but not its posting list. */
	double by_fill = (kSpace - kLeafReserve + leaves.postings / leaves.items) / item;
	double by_space = (kSpace - page::kLinePointer) / item - 1;
	double items = std::min(by_fill, by_space);

	return std::max(1.0, leaves.uniform ? std::floor(items) : items - 0.5);
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
	Leaves leaves = LeavesOf(rows, groups, rows.Width(keys, true));
	double level = 1;

	if (leaves.items > 0)
		level = std::max(1.0, std::ceil(leaves.items / ItemsPerLeaf(leaves)));
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
