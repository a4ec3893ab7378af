/*-------------------------------------------------------------------------
 *
 * query_tree.h
 *	  A statement's text, parsed and analysed by the server, ready to be
 *	  planned again and again.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
}

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/query_shape.h"
#include "pg/hooks.h"
#include "pg/raii.h"
#include "pg/samples.h"
#include "pg/sandbox.h"

namespace steward::pg
{

using PlanUse = void (*)(PlannedStmt *plan, void *argument);
using TreeUse = void (*)(Query *tree, void *argument);

/* The plain way to make a call that may raise an ERROR. */
void CallGuarded(const Call &call);

/* Why a statement cannot be analysed or planned; nothing where it can. */
struct Unfitness
{
	std::string reason;
	std::string sqlstate;
	std::string hint;

	explicit operator bool() const { return !reason.empty(); }
};

/*
 * The tree stays valid while nothing it names changes.  No lock is kept
 * between uses: Plan() takes the locks again, notices when a relation was
 * changed meanwhile, and then analyses the text anew.
 */
class AnalyzedQuery
{
public:
	/* `values` are those of $1, $2 ... as far as they are known. */
	AnalyzedQuery(std::string text, Identity identity, bool check_rights,
				  std::vector<SampledValue> values = {});
	~AnalyzedQuery();
	AnalyzedQuery(const AnalyzedQuery &) = delete;
	AnalyzedQuery &operator=(const AnalyzedQuery &) = delete;

	const std::string &text() const { return text_; }

	/* Why it cannot be planned. */
	const Unfitness &unfit() const { return unfit_; }

	/* The tables it names, views resolved, in ascending order. */
	const std::vector<ObjectId> &relations() const { return relations_; }

	/* The columns it sets in rows that are there. */
	const std::vector<ColumnWrite> &writes() const { return writes_; }

	/* The tables from which it deletes. */
	const std::vector<ObjectId> &deletes() const { return deletes_; }

	/* The tables into which it inserts; of a COPY, which is unfit, the one that it fills. */
	const std::vector<ObjectId> &inserts() const { return inserts_; }

	/*
	 * Plans it with its values, in the sandbox, and hands the plan to use(),
	 * which must not keep it and is C-like.  Never as a superuser.  The planner
	 * is called by way of within().  Returns why it could not be planned.
	 */
	Unfitness Plan(PlanUse use, void *argument,
				   const std::function<void(const Call &)> &within = CallGuarded);

	/* The same for nothing but to see whether it works. */
	Unfitness TryToPlan();

	/* The same as a generic plan, which knows no values. */
	Unfitness PlanWithoutValues(PlanUse use, void *argument);

	bool has_values() const { return !values_.empty(); }

	const std::vector<SampledValue> &values() const { return values_; }

	/* The same statement of the same role, with these values. */
	std::unique_ptr<AnalyzedQuery> WithValues(std::vector<SampledValue> values) const;

	/*
	 * Hands the tree to use(), which must not change it and is C-like, in the
	 * sandbox.  Returns why that was not possible.
	 */
	Unfitness Examine(TreeUse use, void *argument);

private:
	Unfitness InSandbox(const std::function<void()> &body);
	Unfitness PlanWith(const std::vector<SampledValue> &values, PlanUse use, void *argument,
					   const std::function<void(const Call &)> &within);
	void Analyze();
	void LockRelations();

	std::string text_;
	Identity identity_;
	bool check_rights_;
	std::vector<SampledValue> values_;
	std::vector<Oid> value_types_;
	std::unique_ptr<OwnedMemoryContext> context_;
	Query *tree_ = nullptr;
	uint64_t analyzed_at_ = 0; /* the invalidation counter at that time */
	std::vector<ObjectId> relations_;
	std::vector<ColumnWrite> writes_;
	std::vector<ObjectId> deletes_;
	std::vector<ObjectId> inserts_;
	bool calls_functions_ = false;
	Unfitness unfit_;
};

class IndexElements;

/*
 * What an index could do for the statement, as the planner sees it; in
 * failure why it cannot be planned.  Expressions and the like get a number
 * in `elements`.
 */
QueryShape DescribeQuery(AnalyzedQuery &query, IndexElements &elements, Unfitness *failure);

/* How many rows a statement that writes is expected to change; 0 where that cannot be told. */
double ExpectChangedRows(AnalyzedQuery &query);

} // namespace steward::pg
