/*-------------------------------------------------------------------------
 *
 * count_keys.h
 *	  How many different keys a table has, and how often each occurs, from a
 *	  sample of its rows.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>
#include <vector>

#include "core/index/fit_frequencies.h"

namespace steward
{

/* A key that is frequent enough to be counted by itself. */
struct FrequentKey
{
	double rows;
	double bytes; /* of a tuple with it */
};

/* The keys of all rows, equal ones taken together. */
struct KeyGroups
{
	double rows = 0;
	std::vector<FrequentKey> frequent;
	std::vector<FrequencyClass> rare; /* all others; occurrences are rows */
	double rare_bytes = 0;            /* of a tuple with one of them, on average */
	double key_pages = 0; /* pairs of a key and a page of the table that it occurs on; 0: not known */

	double RareKeys() const;
	double RareRows() const;
	double Distinct() const { return static_cast<double>(frequent.size()) + RareKeys(); }

	/* The same rare rows with at least so many different keys. */
	void RaiseRareKeys(double keys);

	/* Only a share of the rows, whatever their keys. */
	void Thin(double share);
};

/* A key of a row that was seen, and the page the row is on; both say only which are equal. */
struct SeenKey
{
	uint64_t page;
	uint64_t key;
	double bytes; /* of a tuple with it */
};

/*
 * `share_of_page` of the rows of each page that was looked at were seen; all
 * pages together hold `rows`.
 */
KeyGroups GroupKeys(std::vector<SeenKey> seen, double share_of_page, double rows);

} // namespace steward
