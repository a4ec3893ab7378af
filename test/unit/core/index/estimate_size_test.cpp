/*-------------------------------------------------------------------------
 *
 * estimate_size_test.cpp
 *	  Shows that the estimated size of an index is close to its real one, and
 *	  that the model of hypopg is hypopg's.
 *
 * The real figures were read from PostgreSQL 15 right after CREATE INDEX
 * (pg_relation_size, bt_metap) on this table of 1,000,000 rows, analysed:
 *
 *	CREATE TABLE t (id bigint, i4 int, few int, flag bool, s2 smallint,
 *		txt text, shorttxt text, ts timestamptz, num numeric(10,2), half int,
 *		u uuid, pad text);
 *	INSERT INTO t SELECT i, ((i::bigint * 7919) % 1000000)::int, i % 100,
 *		i % 2 = 0, i % 1000, 'customer number ' || i, 'k' || (i % 5000),
 *		'2026-01-01'::timestamptz + i * interval '1 s', (i % 100000) / 100.0,
 *		CASE WHEN i % 2 = 0 THEN i END, md5(i::text)::uuid, repeat('x', 60)
 *	  FROM generate_series(1, 1000000) AS i;
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/estimate_size.h"

#include <string>

#include <gtest/gtest.h>

#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;

enum : ColumnNumber
{
	kId = 1,
	kI4,
	kFew,
	kFlag,
	kS2,
	kTxt,
	kShortTxt,
	kTs,
	kNum,
	kHalf,
	kU,
};

/* What pg_stats says of the table. */
Relation
MakeTable()
{
	Relation table = MakeRelation(1, "t", 0);
	auto add = [&](ColumnNumber number, const char *name, double width, int alignment, double distinct)
	{
		Column column = MakeColumn(number, name, width, distinct);

		column.alignment = alignment;
		table.columns[number] = column;
	};

	table.tuples = 1000000;
	add(kId, "id", 8, 8, 1000000);
	add(kI4, "i4", 4, 4, 1000000);
	add(kFew, "few", 4, 4, 100);
	add(kFlag, "flag", 1, 1, 2);
	add(kS2, "s2", 2, 2, 1000);
	add(kTxt, "txt", 22, 1, 1000000);
	add(kShortTxt, "shorttxt", 5, 1, 4994);
	add(kTs, "ts", 8, 8, 1000000);
	add(kNum, "num", 6, 1, 99741);
	add(kHalf, "half", 4, 4, 497267);
	add(kU, "u", 16, 1, 1000000);
	/* Numbers that are equal may be written with other scales. */
	table.columns[kNum].deduplicates = false;
	table.columns[kHalf].null_fraction = 0.50273335;
	return table;
}

IndexDefinition
MakeIndex(std::vector<ColumnNumber> keys, std::vector<ColumnNumber> included = {})
{
	IndexDefinition index;

	index.relation = 1;
	for (ColumnNumber key : keys)
		index.keys.push_back(Ascending(key));
	index.included = std::move(included);
	return index;
}

struct RealIndex
{
	const char *name;
	IndexDefinition index;
	double pages;
	double height;
	double tolerance; /* share of the real size by which the estimate may differ */
};

TEST(EstimateIndexSize, IsCloseToRealIndexes)
{
	Relation table = MakeTable();

	for (const RealIndex &real : {
			 RealIndex{"id", MakeIndex({kId}), 2745, 2, 0.03},
			 RealIndex{"i4", MakeIndex({kI4}), 2745, 2, 0.03},
			 RealIndex{"few", MakeIndex({kFew}), 852, 2, 0.03},
			 RealIndex{"flag", MakeIndex({kFlag}), 849, 2, 0.03},
			 RealIndex{"s2", MakeIndex({kS2}), 896, 2, 0.06},
			 RealIndex{"txt", MakeIndex({kTxt}), 4961, 2, 0.05},
			 RealIndex{"shorttxt", MakeIndex({kShortTxt}), 841, 2, 0.10},
			 RealIndex{"ts", MakeIndex({kTs}), 2745, 2, 0.03},
			 RealIndex{"num", MakeIndex({kNum}), 2748, 2, 0.03},
			 RealIndex{"u", MakeIndex({kU}), 3853, 2, 0.03},
			 RealIndex{"few, ts", MakeIndex({kFew, kTs}), 3853, 2, 0.03},
			 RealIndex{"few, flag", MakeIndex({kFew, kFlag}), 852, 2, 0.03},
			 RealIndex{"shorttxt, id", MakeIndex({kShortTxt, kId}), 3853, 2, 0.03},
			 RealIndex{"few include (id)", MakeIndex({kFew}, {kId}), 3853, 2, 0.03},
			 RealIndex{"txt, u, id", MakeIndex({kTxt, kU, kId}), 8251, 2, 0.05},
			 /* Half of it NULL, which share their entries: the estimate errs on the large side. */
			 RealIndex{"half", MakeIndex({kHalf}), 1796, 2, 0.55},
		 })
	{
		IndexSize size = EstimateIndexSize(table, real.index, SizeModel::kSteward);

		EXPECT_NEAR(size.pages, real.pages, real.pages * real.tolerance) << real.name;
		EXPECT_EQ(size.height, real.height) << real.name;
		EXPECT_DOUBLE_EQ(size.tuples, 1000000) << real.name;
		EXPECT_DOUBLE_EQ(size.Bytes(), size.pages * 8192) << real.name;
	}
}

/*
 * Columns that follow from each other have fewer different values together
 * than the product of their own says: 1,000 here, not 200,000.  The estimate
 * is too large then, never too small.
 */
TEST(EstimateIndexSize, ErrsOnTheLargeSideWhereColumnsGoTogether)
{
	double real_pages = 897;
	IndexSize size = EstimateIndexSize(MakeTable(), MakeIndex({kFlag, kFew, kS2}), SizeModel::kSteward);

	EXPECT_GE(size.pages, real_pages);
	EXPECT_LE(size.pages, 2745 * 1.03) << "but no larger than without any equal keys";
}

TEST(EstimateIndexSize, EqualKeysShareTheirEntry)
{
	Relation table = MakeTable();
	double shared = EstimateIndexSize(table, MakeIndex({kFew}), SizeModel::kSteward).pages;

	table.columns[kFew].deduplicates = false;
	EXPECT_GT(EstimateIndexSize(table, MakeIndex({kFew}), SizeModel::kSteward).pages, 3 * shared);
}

TEST(EstimateIndexSize, IncludedColumnsEndDeduplication)
{
	Relation table = MakeTable();

	EXPECT_GT(EstimateIndexSize(table, MakeIndex({kFew}, {kS2}), SizeModel::kSteward).pages,
			  3 * EstimateIndexSize(table, MakeIndex({kFew}), SizeModel::kSteward).pages);
}

/* Without statistics nobody knows of equal keys, so none are assumed. */
TEST(EstimateIndexSize, WithoutStatisticsAllKeysDiffer)
{
	Relation table = MakeTable();

	table.columns[kFew].distinct_values = 0;
	EXPECT_NEAR(EstimateIndexSize(table, MakeIndex({kFew}), SizeModel::kSteward).pages, 2745, 2745 * 0.03);
}

TEST(EstimateIndexSize, SmallAndEmptyTables)
{
	Relation table = MakeTable();

	table.tuples = 300;
	for (auto &[number, column] : table.columns)
		column.distinct_values = 0;

	IndexSize small = EstimateIndexSize(table, MakeIndex({kI4}), SizeModel::kSteward);

	EXPECT_EQ(small.pages, 2) << "the meta page and one leaf, as a real one of 300 rows";
	EXPECT_EQ(small.height, 0);

	table.tuples = 0;

	IndexSize empty = EstimateIndexSize(table, MakeIndex({kI4}), SizeModel::kSteward);

	EXPECT_GE(empty.pages, 1);
	EXPECT_LE(empty.pages, 2);
	EXPECT_EQ(empty.height, 0);
}

TEST(EstimateIndexSize, GrowsWithRowsAndColumns)
{
	Relation table = MakeTable();
	double one = EstimateIndexSize(table, MakeIndex({kTs}), SizeModel::kSteward).pages;
	double two = EstimateIndexSize(table, MakeIndex({kTs, kId}), SizeModel::kSteward).pages;

	EXPECT_GT(two, one);
	table.tuples = 2000000;
	table.columns[kTs].distinct_values = 2000000;
	EXPECT_NEAR(EstimateIndexSize(table, MakeIndex({kTs}), SizeModel::kSteward).pages, 2 * one, 0.02 * one);
}

/* Keys as long as a btree takes must not break the arithmetic. */
TEST(EstimateIndexSize, VeryWideKeysHaveAFiniteSize)
{
	Relation table = MakeTable();

	table.tuples = 1000;
	table.columns[kTxt].average_width = 2600;

	IndexSize size = EstimateIndexSize(table, MakeIndex({kTxt}), SizeModel::kSteward);

	EXPECT_GT(size.pages, 300);
	EXPECT_LT(size.pages, 2000);
}

/* Read from hypopg 1.3.1 and 1.4.4 on the same table: hypopg_relation_size / 8192. */
TEST(EstimateIndexSize, AsHypopgIsWhatHypopgSays)
{
	struct Case
	{
		const char *name;
		IndexDefinition index;
		double pages;
		double pages_since_142;
	};
	Relation table = MakeTable();

	for (const Case &c : {
			 Case{"id", MakeIndex({kId}), 3827, 3543},
			 Case{"txt", MakeIndex({kTxt}), 6059, 6024},
			 Case{"few, ts", MakeIndex({kFew, kTs}), 5740, 4252},
			 Case{"txt, u, id", MakeIndex({kTxt, kU, kId}), 13714, 10276},
			 Case{"few include (id)", MakeIndex({kFew}, {kId}), 5740, 4252},
			 Case{"flag", MakeIndex({kFlag}), 2710, 2303},
		 })
	{
		IndexSize size = EstimateIndexSize(table, c.index, SizeModel::kHypopg);
		IndexSize since_142 = EstimateIndexSize(table, c.index, SizeModel::kHypopg142);

		/* hypopg multiplies and rounds in another order. */
		EXPECT_NEAR(size.pages, c.pages, 1) << c.name;
		EXPECT_NEAR(since_142.pages, c.pages_since_142, 1) << c.name;
		EXPECT_EQ(size.height, -1) << c.name << ": hypopg does not know the height";
		EXPECT_EQ(since_142.height, -1) << c.name;
	}
}

/* hypopg asks pg_stats for the width, and takes what is not there for nothing. */
TEST(EstimateIndexSize, AsHypopgCountsNoWidthWithoutStatistics)
{
	Relation table = MakeTable();

	table.columns[kTxt].measured_width = 0;
	EXPECT_NEAR(EstimateIndexSize(table, MakeIndex({kTxt}), SizeModel::kHypopg).pages,
				1000000 * 16 * 1.3 / 8152, 1);
	EXPECT_GT(EstimateIndexSize(table, MakeIndex({kTxt}), SizeModel::kSteward).pages, 4500)
		<< "ours takes the average of the type";
}

TEST(EstimateIndexSize, AsHypopgHasOnePageAtLeast)
{
	Relation table = MakeTable();

	table.tuples = 0;
	EXPECT_EQ(EstimateIndexSize(table, MakeIndex({kId}), SizeModel::kHypopg).pages, 1);
	EXPECT_EQ(EstimateIndexSize(table, MakeIndex({kId}), SizeModel::kHypopg142).pages, 1);
}

} // namespace

} // namespace steward
