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

#include <memory>
#include <string>
#include <vector>

#include "model/query_shape.h"
#include "pg/raii.h"
#include "pg/sandbox.h"

namespace steward::pg
{

/*
 * The tree stays valid while nothing it names changes.  No lock is kept
 * between uses: Plan() takes the locks again, notices when a relation was
 * changed meanwhile, and then analyses the text anew.
 */
class AnalyzedQuery
{
public:
	AnalyzedQuery(std::string text, Identity identity, bool check_rights);
	~AnalyzedQuery();
	AnalyzedQuery(const AnalyzedQuery &) = delete;
	AnalyzedQuery &operator=(const AnalyzedQuery &) = delete;

	const std::string &text() const { return text_; }
	const Identity &identity() const { return identity_; }

	/* As whom it is analysed and planned: never as a superuser. */
	Identity PlanningIdentity() const;

	/* Why it cannot be planned; empty where it can. */
	const std::string &unfit() const { return unfit_; }

	/* SQLSTATE and hint of what made it unfit. */
	const std::string &unfit_sqlstate() const { return unfit_sqlstate_; }
	const std::string &unfit_hint() const { return unfit_hint_; }

	/* The tables it names, views resolved, in ascending order. */
	const std::vector<ObjectId> &relations() const { return relations_; }

	const std::vector<ObjectId> &parameter_types() const { return parameter_types_; }

	/*
	 * Plans it as a generic plan, in the sandbox, and hands the plan to use(),
	 * which must not keep it and runs inside Guarded.  Returns why it could
	 * not be planned; empty where it could.
	 */
	std::string Plan(void (*use)(PlannedStmt *plan, void *argument), void *argument);

private:
	void Analyze();
	void LockRelations();

	std::string text_;
	Identity identity_;
	bool check_rights_;
	std::unique_ptr<OwnedMemoryContext> context_;
	Query *tree_ = nullptr;
	uint64_t analyzed_at_ = 0; /* the invalidation counter at that time */
	std::vector<ObjectId> relations_;
	std::vector<ObjectId> parameter_types_;
	std::string unfit_;
	std::string unfit_sqlstate_;
	std::string unfit_hint_;
};

/*
 * Makes a tree one that only reads, as the statement's own role, and that
 * nobody counts; an ERROR where the role lacks a right and rights are to be
 * checked.  Returns the OIDs of its tables, each once.  C-like.
 */
List *PrepareForPlanning(Query *query, Oid role, bool check_rights);

/*
 * What an index could do for the statement, as the planner sees it; in
 * failure why it cannot be planned.
 */
QueryShape DescribeQuery(AnalyzedQuery &query, std::string *failure);

} // namespace steward::pg
