/*-------------------------------------------------------------------------
 *
 * replay_case_test.cpp
 *	  Cases that steward.export_case() recorded on a server, decided again.
 *
 * A case in test/unit/cases says what the decisions were made from and what
 * they were.  A wrong recommendation that somebody reports becomes one more.
 * test/record_cases makes them anew where a decision is changed on purpose.
 *
 *-------------------------------------------------------------------------
 */
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/index/case_json.h"
#include "make_model.h"

namespace steward
{

namespace
{

using std::filesystem::path;

/* In whatever order the members stand: jsonb has its own. */
nlohmann::json
Unordered(const Json &json)
{
	return nlohmann::json::parse(json.dump());
}

std::vector<path>
CaseFiles()
{
	std::vector<path> files;

	for (const auto &entry : std::filesystem::directory_iterator(STEWARD_TEST_DATA "/cases"))
	{
		if (entry.path().extension() == ".json")
			files.push_back(entry.path());
	}
	std::sort(files.begin(), files.end());
	return files;
}

/* Knows what was asked on the server, and nothing else. */
class RecordedOracle : public CostOracle
{
public:
	explicit RecordedOracle(const std::vector<PricedSet> &answers)
	{
		for (const PricedSet &answer : answers)
			answers_[{answer.statement, answer.set}] = answer.price;
	}

	Price PriceStatement(size_t statement, const CandidateSet &set) override
	{
		auto known = answers_.find({statement, set});

		if (known != answers_.end())
			return known->second;
		ADD_FAILURE() << "statement " << statement << " was never priced with "
					  << testing::PrintToString(set);
		return {};
	}

private:
	std::map<std::pair<size_t, CandidateSet>, Price> answers_;
};

class ReplayCase : public testing::TestWithParam<path>
{
protected:
	ReplayCase() : json_(Json::parse(std::ifstream(GetParam()))), recorded_(CaseFromJson(json_)) {}

	std::vector<QueryShape> Shapes() const
	{
		std::vector<QueryShape> shapes;

		for (const CaseVariant &variant : recorded_.variants)
			shapes.push_back(variant.shape);
		return shapes;
	}

	Json json_;
	AdviceCase recorded_;
};

TEST_P(ReplayCase, HasAllThatItSays)
{
	EXPECT_EQ(recorded_.format, kCaseFormat);
	EXPECT_EQ(Unordered(CaseToJson(recorded_)), Unordered(json_));
	EXPECT_FALSE(recorded_.candidates.indexes.empty());
	EXPECT_FALSE(recorded_.selection.indexes.empty()) << "a case in which nothing is chosen tells little";
}

TEST_P(ReplayCase, ProposesTheSameCandidates)
{
	Candidates proposed = ProposeCandidates(Shapes(), recorded_.catalog, recorded_.max_columns);

	EXPECT_EQ(proposed, recorded_.candidates);
}

TEST_P(ReplayCase, SelectsTheSameIndexes)
{
	RecordedOracle answers(recorded_.answers);
	RememberingOracle oracle(answers, recorded_.priced.size());
	const Selection &expected = recorded_.selection;

	/* As on the server, where the statements were weighed by what they cost now. */
	for (size_t i = 0; i < recorded_.priced.size(); i++)
		(void) oracle.PriceStatement(i, {});

	Selection selection = SelectIndexes(recorded_.problem, oracle);

	EXPECT_FALSE(selection.cut_off);
	ASSERT_EQ(selection.indexes.size(), expected.indexes.size());
	for (size_t i = 0; i < expected.indexes.size(); i++)
	{
		EXPECT_EQ(selection.indexes[i].candidate, expected.indexes[i].candidate);
		EXPECT_EQ(selection.indexes[i].with, expected.indexes[i].with);
		EXPECT_NEAR(selection.indexes[i].benefit, expected.indexes[i].benefit, 1e-9);
		EXPECT_EQ(selection.indexes[i].served.size(), expected.indexes[i].served.size());
	}
	EXPECT_THAT(selection.base_costs, testing::Pointwise(testing::DoubleEq(), expected.base_costs));
	EXPECT_THAT(selection.final_costs, testing::Pointwise(testing::DoubleEq(), expected.final_costs));
}

INSTANTIATE_TEST_SUITE_P(Recorded, ReplayCase, testing::ValuesIn(CaseFiles()),
						 [](const testing::TestParamInfo<path> &info) { return info.param.stem().string(); });

TEST(RecordedCases, AreThere)
{
	EXPECT_GE(CaseFiles().size(), 3);
}

/* A case in which no member is what it is by default. */
AdviceCase
MakeCase()
{
	AdviceCase made;
	Relation relation = test::MakeRelation(17, "t", 2);
	ExistingIndex index = test::MakeExisting(18, "t_a", {test::Descending(1)});
	AdvisedStatement advised;
	CaseVariant variant = {0, 0.25, 3, true, true, "t_fkey", "SELECT 1", {"1", "NULL"}, {}};
	RelationUse use = test::MakeUse(17, {test::Equal(1, 1.0 / 3), test::Range(2), test::Joined(1, 2)},
									{{test::Descending(2), test::Ascending(1)}});

	index.key_texts = {{"lower(a)", "text_pattern_ops"}};
	index.included = {2};
	index.predicate = kFirstElement;
	index.condition = "(b = 1)";
	index.definition = "CREATE INDEX";
	index.being_built = index.elements_only = true;
	index.size_bytes = 8192;
	relation.conditions[kFirstElement] = test::MakeCondition(kFirstElement, 2, 0.1);
	relation.conditions[kFirstElement].tells_value = true;
	relation.columns[kFirstElement + 1] = test::MakeElement(kFirstElement + 1, "c", "gin", 2);
	relation.columns[kFirstElement + 1].expression = "lower(b)";
	relation.columns[kFirstElement + 1].may_fail = relation.columns[kFirstElement + 1].is_call = true;
	relation.columns[kFirstElement + 1].multi_column = false;
	relation.columns[1].correlation = -0.1;
	relation.columns[1].null_fraction = 1e-7;
	relation.columns[1].unique_values = true;
	relation.indexes = {index};
	relation.partitions = {{19, 17, true, "public", "t_1", "public.t_1", 5, 7}};
	relation.writes = {1, 2, 3, 4};
	relation.unfit = "it is small";
	relation.busy = relation.partitioned = relation.foreign_partitions = true;
	use.referenced = {1, 2};
	use.columns[0].repeated = true;
	use.searches = {{kFirstElement + 1, 0.5, true, true}};
	use.conditions = {{kFirstElement, 0.1}};
	variant.shape.relations = {use};
	variant.shape.writes = {{17, 2}};
	advised.statement = {{10, -5'000'000'000'000'000'000, false}, "SELECT $1", {12, 0.1, 13, 14, 15}, 16.5};
	advised.relations = {17};
	advised.copied_into = {18};
	advised.reason = "3 of 10 calls";
	advised.verdict = "would be served";
	advised.waiting = true;
	advised.share = 0.75;
	made.steward_version = "1";
	made.server_version = "15.2";
	made.redacted = true;
	made.action = {7, "create_index", "kept", "public.t_b"};
	made.max_columns = 4;
	made.statements = {advised, advised};
	made.variants = {variant};
	made.catalog = test::MakeCatalog({relation});
	made.candidates = {
		{{17, {test::Ascending(1)}, {2}, "brin", kFirstElement, 8}}, {{0}, {}}, {{0, 1}}, {{0, 1, 2}}};
	made.priced = {0, 3};
	made.problem = {{0.1}, {{0}}, {8192}, {1}, {{0}}, {{0, 1, 2}}, {0.5}, 1e6, 0.1, 0.3, 50, 0.2, 1.5, {}};
	made.answers = {{1, {0, 2}, {12.5, {2}}}};
	made.selection = {{{3, 0.5, {1}, {{2, 100, 10}}}}, {100}, {10}, true};
	made.advice = {{"CREATE INDEX", 8192, 100, 10, 0.5, "hypopg", "it gains"}};
	return made;
}

TEST(CaseJson, ReadsBackWhatItWrote)
{
	AdviceCase made = MakeCase();
	AdviceCase read = CaseFromJson(Json::parse(CaseToJson(made).dump()));

	EXPECT_EQ(read.format, made.format);
	EXPECT_EQ(read.steward_version, made.steward_version);
	EXPECT_EQ(read.server_version, made.server_version);
	EXPECT_EQ(read.redacted, made.redacted);
	EXPECT_EQ(read.action, made.action);
	EXPECT_EQ(read.max_columns, made.max_columns);
	EXPECT_EQ(read.statements, made.statements);
	EXPECT_EQ(read.variants, made.variants);
	EXPECT_EQ(read.catalog, made.catalog);
	EXPECT_EQ(read.candidates, made.candidates);
	EXPECT_EQ(read.priced, made.priced);
	EXPECT_EQ(read.answers, made.answers);
	EXPECT_EQ(read.selection, made.selection);
	EXPECT_EQ(read.advice, made.advice);
	EXPECT_EQ(read.problem.weights, made.problem.weights);
	EXPECT_EQ(read.problem.relevant, made.problem.relevant);
	EXPECT_EQ(read.problem.sizes, made.problem.sizes);
	EXPECT_EQ(read.problem.kinds, made.problem.kinds);
	EXPECT_EQ(read.problem.stand_ins, made.problem.stand_ins);
	EXPECT_EQ(read.problem.merges, made.problem.merges);
	EXPECT_EQ(read.problem.upkeep, made.problem.upkeep);
	EXPECT_EQ(read.problem.budget, made.problem.budget);
	EXPECT_EQ(read.problem.min_gain, made.problem.min_gain);
	EXPECT_EQ(read.problem.min_saving, made.problem.min_saving);
	EXPECT_EQ(read.problem.small_saving, made.problem.small_saving);
	EXPECT_EQ(read.problem.min_of_base, made.problem.min_of_base);
	EXPECT_EQ(read.problem.max_harm, made.problem.max_harm);
}

TEST(CaseJson, LeavesOutTheRowsThatWereLookedAt)
{
	AdviceCase made = MakeCase();

	made.catalog.at(17).sample.rows = 424242;
	made.catalog.at(17).sample.columns[1].hashes = {373737};

	std::string text = CaseToJson(made).dump();

	EXPECT_THAT(text, testing::Not(testing::HasSubstr("424242")));
	EXPECT_THAT(text, testing::Not(testing::HasSubstr("373737")));
}

} // namespace

} // namespace steward
