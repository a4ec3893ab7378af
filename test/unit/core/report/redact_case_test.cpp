#include "core/report/redact_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/index/case_json.h"
#include "make_model.h"

namespace steward
{

namespace
{

/* Every text that may tell a constant does. */
AdviceCase
MakeTelling()
{
	AdviceCase telling;
	Relation relation = test::MakeRelation(17, "t", 2);
	Column expression = test::MakeColumn(kFirstElement, "expr");

	expression.expression = "(a + 4711)";
	relation.columns[kFirstElement] = expression;
	relation.conditions[kFirstElement + 1] = test::MakeCondition(kFirstElement + 1, 2, 0.1);
	relation.conditions[kFirstElement + 1].sql = "(b = 'secret'::text)";
	for (const char *name : {"t_1", "t_2", "t_3"})
	{
		ExistingIndex index = test::MakeExisting(18, name, {test::Ascending(1)});

		index.definition = "CREATE INDEX ON t (a) WHERE b = 'secret'";
		index.condition = "(b = 'secret'::text)";
		index.signature = name == std::string("t_3") ? "other secret" : "secret";
		index.key_texts = {{"(a || 'secret')", ""}};
		relation.indexes.push_back(index);
	}
	telling.catalog = test::MakeCatalog({relation});
	telling.statements.resize(1);
	telling.statements[0].statement.text = "SELECT 'secret', 4711 /* secret */";
	telling.statements[0].reason = "invalid input: \"secret\"";
	telling.statements[0].verdict = "(a + 4711) may fail";
	telling.variants.resize(1);
	telling.variants[0].text = "SELECT 'secret'";
	telling.variants[0].values = {"secret"};
	telling.variants[0].shape.relations = {test::MakeUse(17, {test::Equal(1)})};
	telling.advice = {{"CREATE INDEX ON t (a) WHERE b = 'secret'", 1, 1, 1, 1, "hypopg", "b = 'secret'"}};
	return telling;
}

TEST(RedactCase, LeavesNoConstant)
{
	AdviceCase telling = MakeTelling();

	ASSERT_THAT(CaseToJson(telling).dump(), testing::HasSubstr("secret"));
	RedactCase(telling);
	EXPECT_TRUE(telling.redacted);
	EXPECT_THAT(CaseToJson(telling).dump(), testing::Not(testing::HasSubstr("secret")));
	EXPECT_THAT(CaseToJson(telling).dump(), testing::Not(testing::HasSubstr("4711")));
}

TEST(RedactCase, LeavesAllElseAsItIs)
{
	AdviceCase telling = MakeTelling();
	AdviceCase redacted = telling;

	RedactCase(redacted);
	EXPECT_EQ(redacted.variants[0].shape, telling.variants[0].shape);
	EXPECT_EQ(redacted.catalog.at(17).columns.at(1), telling.catalog.at(17).columns.at(1));
	EXPECT_EQ(redacted.statements[0].statement.text, "SELECT 'redacted 1', 'redacted 2'  ");
	EXPECT_EQ(redacted.catalog.at(17).conditions.at(kFirstElement + 1).sql, "(b = 'redacted 1'::text)");
	EXPECT_EQ(redacted.advice[0].ddl, "CREATE INDEX ON t (a) WHERE b = 'redacted 1'");
}

TEST(RedactCase, TellsWhichIndexesAreDuplicates)
{
	AdviceCase redacted = MakeTelling();

	RedactCase(redacted);

	const std::vector<ExistingIndex> &indexes = redacted.catalog.at(17).indexes;

	EXPECT_EQ(indexes[0].signature, indexes[1].signature);
	EXPECT_NE(indexes[0].signature, indexes[2].signature);
}

} // namespace

} // namespace steward
