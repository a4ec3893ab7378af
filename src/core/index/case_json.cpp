/*-------------------------------------------------------------------------
 *
 * case_json.cpp
 *	  Recorded cases as JSON, and back.
 *
 * Each structure is an object of its members by their names, of which those
 * that are what they are by default are left out.  Maps by number are arrays:
 * what they hold knows its number.  A member that is added to a structure and
 * not named here does not compile.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/index/case_json.h"

#include <concepts>
#include <functional>
#include <map>

namespace steward
{

namespace
{

ColumnNumber
NumberOf(const Column &column)
{
	return column.number;
}

ColumnNumber
NumberOf(const Condition &condition)
{
	return condition.number;
}

ObjectId
NumberOf(const Relation &relation)
{
	return relation.oid;
}

template <typename Member>
void
Write(Json &object, const char *name, const Member &member, const Member &by_default)
{
	if constexpr (std::equality_comparable<Member>)
	{
		if (member == by_default)
			return;
	}
	object[name] = member;
}

template <typename Number, typename Member>
void
Write(Json &object, const char *name, const std::map<Number, Member> &members,
	  const std::map<Number, Member> & /* by_default */)
{
	for (const auto &[number, member] : members)
		object[name].push_back(member);
}

template <typename Member>
void
Read(const Json &object, const char *name, Member &member)
{
	if (auto found = object.find(name); found != object.end())
		found->get_to(member);
}

template <typename Number, typename Member>
void
Read(const Json &object, const char *name, std::map<Number, Member> &members)
{
	if (auto found = object.find(name); found != object.end())
	{
		for (const Json &one : *found)
		{
			auto member = one.get<Member>();

			members.emplace(NumberOf(member), member);
		}
	}
}

/* What is looked at in rows says what sizes come of; a case has the sizes. */
void
Write(Json & /* object */, const char * /* name */, const RowSample & /* member */,
	  const RowSample & /* by_default */)
{}

void
Read(const Json & /* object */, const char * /* name */, RowSample & /* member */)
{}

/* Time passes otherwise when a case is replayed. */
using OutOfTime = std::function<bool()>;

void
Write(Json & /* object */, const char * /* name */, const OutOfTime & /* member */,
	  const OutOfTime & /* by_default */)
{}

void
Read(const Json & /* object */, const char * /* name */, OutOfTime & /* member */)
{}

} // namespace

#define WRITE_MEMBER(member) Write(object, #member, member, by_default.member);
#define READ_MEMBER(member) Read(object, #member, member);

/* All members in their order, else the binding does not compile. */
#define JSON_MEMBERS(Type, ...)                                              \
	static void to_json(Json &object, const Type &value)                     \
	{                                                                        \
		const Type by_default;                                               \
		const auto &[__VA_ARGS__] = value;                                   \
                                                                             \
		object = Json::object();                                             \
		NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(WRITE_MEMBER, __VA_ARGS__)) \
	}                                                                        \
	[[maybe_unused]] static void from_json(const Json &object, Type &value)  \
	{                                                                        \
		value = Type();                                                      \
                                                                             \
		auto &[__VA_ARGS__] = value;                                         \
                                                                             \
		NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(READ_MEMBER, __VA_ARGS__))  \
	}

NLOHMANN_JSON_SERIALIZE_ENUM(ColumnUseKind, {{ColumnUseKind::kEquality, "equality"},
											 {ColumnUseKind::kRange, "range"},
											 {ColumnUseKind::kJoin, "join"}})

/* What statements ask for */
JSON_MEMBERS(IndexKey, column, descending, nulls_first)
JSON_MEMBERS(ColumnUse, column, kind, selectivity, partner, repeated)
JSON_MEMBERS(SearchUse, column, selectivity, orders, also_btree)
JSON_MEMBERS(ConditionUse, condition, selectivity)
JSON_MEMBERS(RelationUse, relation, columns, orders, referenced, searches, conditions, grouped)
JSON_MEMBERS(ColumnWrite, relation, column)
JSON_MEMBERS(QueryShape, relations, writes)
JSON_MEMBERS(StatementKey, userid, queryid, toplevel)
JSON_MEMBERS(StatementCounters, calls, total_ms, rows, blocks_hit, blocks_read, sum_squares)
JSON_MEMBERS(Statement, key, text, counters, since)
JSON_MEMBERS(AdvisedStatement, statement, relations, copied_into, reason, verdict, waiting, share)
JSON_MEMBERS(CaseVariant, statement, share, times, sampled, filled, foreign_key, text, values, shape)

/* What the catalog says */
JSON_MEMBERS(Column, number, name, expression, is_call, may_fail, method, opclass, multi_column, base,
			 indexable, deduplicates, average_width, measured_width, largest_width, alignment,
			 distinct_values, null_fraction, correlation, unique_values)
JSON_MEMBERS(Condition, number, sql, name, column, fraction, fixes, compares, values, tells_value)
JSON_MEMBERS(KeyText, expression, opclass)
JSON_MEMBERS(ExistingIndex, oid, name, signature, definition, method, condition, recognized, elements_only,
			 keys, predicate, key_texts, included, valid, being_built, droppable, rebuildable, size_bytes)
JSON_MEMBERS(Partition, oid, parent, partitioned, schema, name, quoted, pages, tuples)
JSON_MEMBERS(WriteRates, inserts, updates, hot_updates, deletes)
JSON_MEMBERS(Relation, oid, schema, name, quoted, label, unfit, pages, tuples, analyzed, busy, partitioned,
			 foreign_partitions, partitions, columns, conditions, indexes, writes, sample)

/* What is decided, and from what */
JSON_MEMBERS(IndexDefinition, relation, keys, included, method, predicate, pages_per_range)
JSON_MEMBERS(CandidateMerge, first, second, merged)
JSON_MEMBERS(Candidates, indexes, relevant, stand_ins, merges)
JSON_MEMBERS(SelectionProblem, weights, relevant, sizes, kinds, stand_ins, merges, upkeep, budget, min_gain,
			 min_saving, small_saving, min_of_base, max_harm, out_of_time)
JSON_MEMBERS(Price, cost, used, correction, doubt, risk)
JSON_MEMBERS(PricedSet, statement, set, price)
JSON_MEMBERS(ServedStatement, statement, cost_before, cost_after, likely_before, likely_after)
JSON_MEMBERS(ChosenIndex, candidate, benefit, with, served)
JSON_MEMBERS(Selection, indexes, base_costs, final_costs, cut_off)

/* The case */
JSON_MEMBERS(CaseAction, id, kind, status, target)
JSON_MEMBERS(CaseAdvice, ddl, size_bytes, cost_before, cost_after, benefit, confirmed_by, reason)
JSON_MEMBERS(AdviceCase, format, steward_version, server_version, redacted, action, max_columns, statements,
			 variants, catalog, candidates, priced, problem, answers, selection, advice)

Json
CaseToJson(const AdviceCase &recorded)
{
	Json json = recorded;

	/* Whoever reads it must not have to know what they are by default. */
	json["format"] = recorded.format;
	json["redacted"] = recorded.redacted;
	return json;
}

AdviceCase
CaseFromJson(const Json &json)
{
	return json.get<AdviceCase>();
}

} // namespace steward
