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
	double rare_keys = 0; /* all others, taken to be equally frequent */
	double rare_rows = 0;
	double rare_bytes = 0; /* of a tuple with one of them, on average */
	double key_pages = 0;  /* pairs of a key and a page of the table that it occurs on; 0: not known */

	double Distinct() const { return static_cast<double>(frequent.size()) + rare_keys; }
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
