/*-------------------------------------------------------------------------
 *
 * what_if.h
 *	  What a statement would cost if certain indexes were there.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "access/attmap.h"
#include "nodes/pathnodes.h"
}

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/consumption.h"
#include "model/cost_oracle.h"
#include "model/index_definition.h"
#include "pg/query_tree.h"

namespace steward::pg
{

/* Where indexes of one table lie: on the table itself, or on its partitions. */
struct Place
{
	Oid relation = InvalidOid;
	size_t size = 0;  /* which of the index's sizes */
	double share = 1; /* of that size */
};

/* Ascending by relation. */
using Places = std::vector<Place>;

struct PlacedSize
{
	double pages = 0;
	double tuples = 0;
	int height = -1; /* levels above the leaves; -1 = unknown */
};

/* An index that is not there, as the planner is to see it. */
struct HypotheticalIndex
{
	IndexDefinition definition;
	std::shared_ptr<const Places> places;
	std::vector<PlacedSize> sizes;
	bool as_hypopg = false; /* hypopg knows no marking of a position, so a merge join buffers the scan */
};

class ElementStatistics;
class IndexElements;

class WhatIf : public CostOracle
{
public:
	/*
	 * The statements and the statistics are kept by reference; an unfit
	 * statement may not be asked about.  An index whose table is gone, changed
	 * or locked by now is shown nowhere.
	 */
	WhatIf(std::vector<AnalyzedQuery *> statements, const std::vector<HypotheticalIndex> &indexes,
		   const IndexElements &elements, const ElementStatistics *statistics = nullptr);

	/*
	 * A statement that cannot be planned costs what it did without indexes, or 0,
	 * and is noted in failures(), so that nothing is advised for its sake.
	 */
	Price PriceStatement(size_t statement, const CandidateSet &set) override;

	/* What the statement costs with the set, and without some indexes that are there. */
	double PriceWithout(size_t statement, const CandidateSet &set, const std::vector<Oid> &existing);

	struct PricedPlan
	{
		Price price;
		int workers = 0;             /* parallel ones, that it asks for */
		double touched = 0;          /* pages */
		std::optional<double> worth; /* nothing where that cannot be told */
	};

	/* The same, and what the plan takes at these prices: two questions. */
	PricedPlan PriceAt(size_t statement, const CandidateSet &set, const Prices &prices);

	/* The quantities themselves: seven questions. */
	std::optional<Consumption> Consume(size_t statement, const CandidateSet &set);

	const std::map<size_t, Unfitness> &failures() const { return failures_; }
	int64_t planner_calls() const { return planner_calls_; }

	/* Where the columns of a partitioned table are in each of its partitions; null: at the same places. */
	using ColumnMaps = std::map<Oid, const AttrMap *>;

	/* One index: what the planner is shown of it, and where. */
	struct Template
	{
		const IndexOptInfo *index; /* rel and size are not set, its expressions are of relation number 1 */
		std::shared_ptr<const Places> places; /* null where it cannot be looked at now */
		std::vector<PlacedSize> sizes;
		const ColumnMaps *maps; /* null where the index lies on its own table */
	};

private:
	struct Answer
	{
		Price price;
		double touched = 0; /* pages */
		int workers = 0;
		uint64_t shape = 0; /* of the plan */
	};

	std::optional<double> WorthOf(const Answer &plain, size_t statement, const CandidateSet &set,
								  const Prices &prices);
	Answer Ask(size_t statement, const CandidateSet &set, const std::vector<Oid> &hidden);
	void AddTemplate(const HypotheticalIndex &index, const IndexElements &elements, Oid oid);
	void AddCarriers(const IndexElements &elements, const ElementStatistics &statistics);
	const ColumnMaps *MapsOf(Oid table, const Places &places);

	std::vector<AnalyzedQuery *> statements_;
	OwnedMemoryContext context_;                     /* of what the templates and the maps point to */
	std::vector<Template> templates_;                /* one for each index */
	std::vector<std::vector<HeapTuple>> statistics_; /* of each index, of each of its keys; null: unknown */
	std::vector<Template> carriers_;
	std::map<Oid, std::optional<ColumnMaps>>
		maps_; /* of each partitioned table; nothing where one is not known */
	std::map<size_t, Unfitness> failures_;
	std::map<size_t, Price> bases_; /* of each statement, its first plan without any of the indexes */
	int64_t planner_calls_ = 0;
};

} // namespace steward::pg
