/*-------------------------------------------------------------------------
 *
 * indexed_rows.h
 *	  What is known of the rows that an index would hold.
 *
 * From the sample of the table's rows where there is one, else from
 * pg_statistic.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <vector>

#include "core/index/count_keys.h"
#include "model/index_definition.h"
#include "model/relation.h"

namespace steward
{

/* Bytes of index tuples. */
struct TupleWidth
{
	double mean = 0;
	bool uniform = true; /* all have the same */
};

class IndexedRows
{
public:
	IndexedRows(const Relation &relation, const IndexDefinition &index);

	const Relation &relation() const { return relation_; }
	const IndexDefinition &index() const { return index_; }

	double table_rows() const { return table_rows_; }
	double count() const { return count_; }

	/* Share of the rows where the first key is NULL. */
	double NullShare() const;

	/* Of index tuples with the first `keys` keys, and the included columns where `all`. */
	TupleWidth Width(size_t keys, bool all) const;

	/* The first `keys` keys together; bytes are those of tuples with these keys. */
	KeyGroups Groups(size_t keys) const;

	/* Whether it is known which parts the values of the column have. */
	bool HasParts(ColumnNumber number) const;
	KeyGroups Parts(ColumnNumber number) const;

private:
	bool IsSampled(ColumnNumber number) const { return relation_.sample.columns.count(number) > 0; }
	bool AreSampled(size_t keys) const;
	double RowWidth(const std::vector<ColumnNumber> &columns, size_t row) const;
	KeyGroups GroupsBySample(size_t keys) const;
	KeyGroups GroupsByStatistics(size_t keys) const;
	void HeedStatistics(size_t keys, KeyGroups &groups) const;

	const Relation &relation_;
	const IndexDefinition &index_;
	std::vector<size_t> rows_; /* of the sample: those of the index, or all where these are too few */
	bool partial_ = false;     /* rows_ are those of a partial index */
	double table_rows_ = 0;
	double count_ = 0;
};

/*
 * The share of the rows that fulfil the condition; of few rows the statistics
 * know more, within what the sample allows.
 */
double FractionFulfilling(const Relation &relation, ColumnNumber predicate);

double Align(double size, double alignment);

} // namespace steward
