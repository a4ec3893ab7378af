/*-------------------------------------------------------------------------
 *
 * sampled_size_test.cpp
 *	  Shows that sizes from a sample of rows are close to those of real indexes
 *	  of all access methods.
 *
 * The real figures (pages) were read from PostgreSQL 15 right after CREATE
 * INDEX, on tables of bench/sizes.sql; the rows here are made the same way
 * as there, as far as the index is concerned.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/estimate_size.h"

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/index/describe_expressions.h"
#include "make_model.h"

namespace steward
{

namespace
{

using namespace test;

uint64_t
Mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

uint64_t
Pick(uint64_t i, uint64_t salt, uint64_t most)
{
	return Mix(i * 31 + salt) % most;
}

/* A table whose rows are as value() has them; the statistics know nothing. */
class Table
{
public:
	Table(double tuples, double pages) : rows_(static_cast<uint64_t>(tuples))
	{
		relation = MakeRelation(1, "fact", 0);
		relation.tuples = tuples;
		relation.pages = pages;
		relation.sample.share_of_pages = 0.3;
		relation.sample.share_of_page = 0.1;
		per_page_ = rows_ / static_cast<uint64_t>(pages) + 1;
		ForEachSampled(
			[&](uint64_t i)
			{
				relation.sample.rows++;
				relation.sample.pages.push_back(i / per_page_);
			});
	}

	/* A key, its value for each row, and how wide that is; -1: NULL. */
	Column &Add(ColumnNumber number, int alignment, const std::function<uint64_t(uint64_t)> &value,
				const std::function<int32_t(uint64_t)> &width)
	{
		SampledColumn &sampled = relation.sample.columns[number];
		Column column = MakeColumn(number, "c" + std::to_string(number));

		column.alignment = alignment;
		relation.columns[number] = column;
		ForEachSampled(
			[&](uint64_t i)
			{
				sampled.hashes.push_back(Mix(value(i)));
				sampled.widths.push_back(width(i));
			});
		return relation.columns[number];
	}

	Column &Add(ColumnNumber number, int bytes, const std::function<uint64_t(uint64_t)> &value)
	{
		return Add(number, bytes > 8 ? 1 : bytes, value, [bytes](uint64_t) { return bytes; });
	}

	void AddCondition(ColumnNumber number, const std::function<bool(uint64_t)> &holds)
	{
		relation.conditions[number].number = number;
		ForEachSampled([&](uint64_t i) { relation.sample.conditions[number].push_back(holds(i)); });
	}

	void AddParts(ColumnNumber number, double width,
				  const std::function<std::vector<uint64_t>(uint64_t)> &parts)
	{
		SampledColumn &sampled = relation.sample.columns[number];

		Add(number, 8, [](uint64_t i) { return i; });
		sampled.part_width = width;
		ForEachSampled([&](uint64_t i) { sampled.parts.push_back(parts(i)); });
	}

	double Pages(const std::vector<ColumnNumber> &keys, const char *method = "btree",
				 ColumnNumber predicate = 0) const
	{
		return Size(keys, method, predicate).pages;
	}

	IndexSize Size(const std::vector<ColumnNumber> &keys, const char *method = "btree",
				   ColumnNumber predicate = 0) const
	{
		IndexDefinition index;

		index.relation = 1;
		index.method = method;
		index.predicate = predicate;
		for (ColumnNumber key : keys)
			index.keys.push_back({key});
		return EstimateIndexSize(relation, index, SizeModel::kSteward);
	}

	Relation relation;

private:
	void ForEachSampled(const std::function<void(uint64_t)> &take) const
	{
		for (uint64_t i = 0; i < rows_; i++)
		{
			if (Mix(i / per_page_) % 10 < 3 && Mix(~i) % 10 == 0)
				take(i);
		}
	}

	uint64_t rows_;
	uint64_t per_page_;
};

Table
MakeFact()
{
	return Table(400000, 7451);
}

void
ExpectWithin(double factor, double estimate, double truth)
{
	EXPECT_LE(estimate, truth * factor);
	EXPECT_GE(estimate, truth / factor);
}

TEST(SampledSize, DuplicatesThatStandTogether)
{
	Table fact = MakeFact();

	fact.Add(1, 4, [](uint64_t i) { return i / 3; });
	ExpectWithin(1.05, fact.Pages({1}), 804);
	EXPECT_EQ(fact.Size({1}).height, 2);
}

TEST(SampledSize, ColumnsThatFollowFromEachOther)
{
	Table fact = MakeFact();

	fact.Add(1, 4, [](uint64_t i) { return i % 100; });
	fact.Add(2, 1, [](uint64_t i) { return i % 2; });
	fact.Add(3, 2, [](uint64_t i) { return i % 1000; });
	ExpectWithin(1.1, fact.Pages({1, 2, 3}), 338);
}

TEST(SampledSize, SkewedValues)
{
	Table fact = MakeFact();

	auto customer = [](uint64_t i)
	{
		double x = static_cast<double>(Pick(i, 1, 1000000)) / 1e6;

		return static_cast<uint64_t>(40000 * x * x * x * x);
	};

	fact.Add(1, 4, customer);
	ExpectWithin(1.25, fact.Pages({1}), 455);
	ExpectWithin(1.1, fact.Pages({1}, "hash"), 1830);
}

TEST(SampledSize, NullsShareTheirEntry)
{
	Table fact = MakeFact();

	fact.Add(
		1, 4, [](uint64_t i) { return i; }, [](uint64_t i) { return i % 2 == 0 ? 4 : SampledColumn::kNull; });
	ExpectWithin(1.05, fact.Pages({1}), 720);
	ExpectWithin(1.05, fact.Pages({1}, "hash"), 1538);
}

TEST(SampledSize, ShortValuesAreFrequentAndLongOnesAreNot)
{
	Table story(60000, 2893);

	story.Add(
		1, 1, [](uint64_t i) { return Pick(i, 9, 4) == 0 ? 0 : i; },
		[](uint64_t i) { return static_cast<int32_t>(7 + 32 * Pick(i, 9, 4)); });
	ExpectWithin(1.05, story.Pages({1}), 542);
}

TEST(SampledSize, HashBucketsAreNotEquallyFull)
{
	Table fact = MakeFact();

	fact.Add(1, 8, [](uint64_t i) { return i; });
	ExpectWithin(1.03, fact.Pages({1}, "hash"), 1636);
}

TEST(SampledSize, Brin)
{
	Table fact = MakeFact();

	fact.Add(1, 8, [](uint64_t i) { return i; });
	EXPECT_EQ(fact.Pages({1}, "brin"), 3);
}

TEST(SampledSize, PartialIndex)
{
	Table fact = MakeFact();

	fact.Add(1, 4, [](uint64_t i) { return i; });
	fact.AddCondition(kFirstElement, [](uint64_t i) { return i % 10 == 0; });
	EXPECT_NEAR(fact.Size({1}, "btree", kFirstElement).tuples, 40000, 2000);
	ExpectWithin(1.1, fact.Pages({1}, "btree", kFirstElement), fact.Pages({1}) / 10);
	/* Told by the statistics alone. */
	fact.relation.sample = {};
	fact.relation.conditions[kFirstElement].fraction = 0.25;
	EXPECT_NEAR(fact.Size({1}, "btree", kFirstElement).tuples, 100000, 1);
}

/* Of a partial index with hardly a row in the sample there is still an estimate. */
TEST(SampledSize, RarePartialIndex)
{
	Table fact = MakeFact();

	fact.Add(1, 4, [](uint64_t i) { return i; });
	fact.AddCondition(kFirstElement, [](uint64_t i) { return i % 20000 == 0; });
	fact.relation.conditions[kFirstElement].fraction = 0.5;
	EXPECT_LT(fact.Size({1}, "btree", kFirstElement).tuples, 400) << "the sample bounds what statistics say";
	EXPECT_GE(fact.Pages({1}, "btree", kFirstElement), 1);
}

TEST(SampledSize, GinOfArrays)
{
	Table document(100000, 6717);

	document.AddParts(1, 4,
					  [](uint64_t i)
					  {
						  std::vector<uint64_t> parts;

						  for (uint64_t k = 1; k <= 1 + Pick(i, 18, 9); k++)
						  {
							  double x = static_cast<double>(Pick(i * 100 + k, 17, 1000000)) / 1e6;

							  parts.push_back(Mix(static_cast<uint64_t>(3000 * x * x * x * x)));
						  }
						  std::sort(parts.begin(), parts.end());
						  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
						  return parts;
					  });
	ExpectWithin(1.25, document.Pages({1}, "gin"), 277);
}

/* Without a sample nobody knows the parts; there is a size all the same. */
TEST(SampledSize, OtherMethodsWithoutASample)
{
	Relation table = MakeRelation(1, "t");

	for (const char *method : {"gin", "gist", "spgist", "brin", "hash", "bloom"})
	{
		IndexDefinition index;

		index.relation = 1;
		index.method = method;
		index.keys.push_back({1});

		IndexSize size = EstimateIndexSize(table, index, SizeModel::kSteward);

		EXPECT_GT(size.pages, 1) << method;
		EXPECT_LT(size.pages, 20000) << method;
	}
}

TEST(DescribeExpressions, TakesTheNumbersOfTheSample)
{
	Table fact = MakeFact();
	Column &column = fact.Add(
		kFirstElement, 1, [](uint64_t i) { return i % 700; },
		[](uint64_t i) { return i % 4 == 0 ? SampledColumn::kNull : 9; });

	column.expression = "lower(name)";
	column.distinct_values = 400000;
	DescribeExpressions(fact.relation);
	EXPECT_NEAR(column.distinct_values, 525, 30);
	EXPECT_NEAR(column.null_fraction, 0.25, 0.02);
	EXPECT_NEAR(column.average_width, 9, 0.01);
}

} // namespace

} // namespace steward
