/*-------------------------------------------------------------------------
 *
 * redact_case.cpp
 *	  Take all that may be a value of somebody's rows out of a recorded case.
 *
 * Constants stand in the texts of statements, in expressions and conditions,
 * in the definitions of indexes that are there, and in what is made of these:
 * DDL, reasons and verdicts.  Names of tables, columns, constraints and indexes
 * stay, and so do figures: counters, selectivities, sizes.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/redact_case.h"

#include <map>

#include "core/report/redact_constants.h"

namespace steward
{

namespace
{

void
RedactRelation(Relation &relation, ConstantRedactor &constants)
{
	std::map<std::string, size_t> signatures;

	for (auto &[number, column] : relation.columns)
		column.expression = constants.Redact(column.expression);
	for (auto &[number, condition] : relation.conditions)
		condition.sql = constants.Redact(condition.sql);
	for (ExistingIndex &index : relation.indexes)
	{
		index.definition = constants.Redact(index.definition);
		index.condition = constants.Redact(index.condition);
		for (KeyText &text : index.key_texts)
			text.expression = constants.Redact(text.expression);
		/* All that matters is which are equal. */
		index.signature =
			std::to_string(signatures.emplace(index.signature, signatures.size() + 1).first->second);
	}
}

} // namespace

void
RedactCase(AdviceCase &recorded)
{
	ConstantRedactor constants;

	for (AdvisedStatement &advised : recorded.statements)
	{
		advised.statement.text = constants.Redact(advised.statement.text);
		advised.reason = RedactMessage(advised.reason);
		advised.verdict.clear();
	}
	for (CaseVariant &variant : recorded.variants)
	{
		variant.text.clear();
		variant.values.clear();
	}
	for (auto &[oid, relation] : recorded.catalog)
		RedactRelation(relation, constants);
	for (CaseAdvice &advice : recorded.advice)
	{
		advice.ddl = constants.Redact(advice.ddl);
		advice.reason.clear();
	}
	recorded.redacted = true;
}

} // namespace steward
