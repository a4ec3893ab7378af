/*-------------------------------------------------------------------------
 *
 * query_tree.cpp
 *	  A statement's text, parsed and analysed by the server, ready to be
 *	  planned again and again.
 *
 * The text is analysed step by step here instead of through
 * pg_analyze_and_rewrite_varparams(), since that calls the hook through which
 * pg_stat_statements would count our analysis as a statement of its own.
 *
 * Server.  Locks: AccessShareLock on the tables named, during analysis and
 * during each Plan(), for the length of one sandbox.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/query_tree.h"

#include "base/text.h"
#include "pg/analyze_statement.h"
#include "pg/compat.h"
#include "pg/trust.h"

extern "C"
{
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "storage/lmgr.h"
#include "tcop/tcopprot.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace steward::pg
{

namespace
{

constexpr const char *kOneStatementHint = "Pass each statement as an array element of its own.";

/* Counts relation invalidations; a tree analysed before the newest one is analysed again. */
uint64_t invalidations = 0;
bool invalidation_watched = false;

/* What analysis yields, as the server's structures. */
struct AnalysisResult
{
	int statements = 0; /* in the text */
	int rewritten = 0;  /* queries after rules were applied */
	bool utility = false;
	Query *tree = nullptr;
	List *relations = NIL;        /* OIDs, sorted, each once */
	List *written = NIL;          /* OIDs, one for each column that is set */
	List *columns = NIL;          /* their numbers */
	List *deleted = NIL;          /* OIDs of tables from which rows are deleted */
	List *inserted = NIL;         /* and into which some are inserted */
	bool calls_functions = false; /* of people's own */
};

struct TreePreparation
{
	List *relations;
	List *written;
	List *columns;
	List *deleted;
	List *inserted;
	Oid role;
	bool check_rights;
	bool calls_functions; /* of people's own */
	bool calls_strangers; /* of people who have no power of their own */
};

bool
NoteFunction(Oid function, void *argument)
{
	auto *preparation = static_cast<TreePreparation *>(argument);

	if (function < FirstNormalObjectId)
		return false;
	preparation->calls_functions = true;
	if (IsStrangersFunction(function))
		preparation->calls_strangers = true;
	return false;
}

/* Whether the role may read and write what the query names; runs nothing of anybody's. */
void
CheckRights(Query *query, Oid role)
{
	Oid outer_role;
	int outer_flags;

	GetUserIdAndSecContext(&outer_role, &outer_flags);
	SetUserIdAndSecContext(role, outer_flags);
	compat::CheckPermissions(query);
	SetUserIdAndSecContext(outer_role, outer_flags);
}

/* Notes the columns that a list of targets sets. */
void
NoteTargets(TreePreparation *preparation, const Query *query, List *targets)
{
	Oid relation = rt_fetch(query->resultRelation, query->rtable)->relid;
	ListCell *cell;

	foreach (cell, targets)
	{
		auto *target = lfirst_node(TargetEntry, cell);

		if (target->resjunk)
			continue;
		preparation->written = lappend_oid(preparation->written, relation);
		preparation->columns = lappend_int(preparation->columns, target->resno);
	}
}

void
NoteDeletion(TreePreparation *preparation, const Query *query)
{
	preparation->deleted =
		list_append_unique_oid(preparation->deleted, rt_fetch(query->resultRelation, query->rtable)->relid);
}

void
NoteWrites(TreePreparation *preparation, const Query *query)
{
	ListCell *cell;

	if (query->commandType == CMD_INSERT)
		preparation->inserted = list_append_unique_oid(preparation->inserted,
													   rt_fetch(query->resultRelation, query->rtable)->relid);
	if (query->commandType == CMD_UPDATE)
		NoteTargets(preparation, query, query->targetList);
	if (query->commandType == CMD_DELETE)
		NoteDeletion(preparation, query);
	if (query->onConflict != nullptr)
		NoteTargets(preparation, query, query->onConflict->onConflictSet);
	foreach (cell, query->mergeActionList)
	{
		auto *action = lfirst_node(MergeAction, cell);

		if (action->commandType == CMD_UPDATE)
			NoteTargets(preparation, query, action->targetList);
		if (action->commandType == CMD_DELETE)
			NoteDeletion(preparation, query);
	}
}

/* Collects the relations and functions, and makes the tree one that only ever reads. */
bool
PrepareTree(Node *node, void *argument)
{
	auto *preparation = static_cast<TreePreparation *>(argument);

	if (node == nullptr)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		auto *entry = reinterpret_cast<RangeTblEntry *>(node);

		if (entry->rtekind == RTE_RELATION)
		{
			preparation->relations = list_append_unique_oid(preparation->relations, entry->relid);
			/* No stronger lock than a reader's, also for targets of writes. */
			entry->rellockmode = AccessShareLock;
		}
		return false;
	}
	if (IsA(node, Query))
	{
		NoteWrites(preparation, reinterpret_cast<Query *>(node));
		if (preparation->check_rights)
			CheckRights(reinterpret_cast<Query *>(node), preparation->role);
		return compat::WalkQuery(reinterpret_cast<Query *>(node), PrepareTree, argument,
								 QTW_EXAMINE_RTES_BEFORE);
	}
	(void) check_functions_in_node(node, NoteFunction, preparation);
	return compat::WalkExpression(node, PrepareTree, argument);
}

bool
ReadTreeAs(Node *node, void *argument)
{
	if (node == nullptr)
		return false;
	if (IsA(node, Query))
	{
		compat::ReadTablesAs(reinterpret_cast<Query *>(node), *static_cast<Oid *>(argument));
		return compat::WalkQuery(reinterpret_cast<Query *>(node), ReadTreeAs, argument, 0);
	}
	return compat::WalkExpression(node, ReadTreeAs, argument);
}

/*
 * Makes a tree one that only reads, as the statement's own role, and that
 * nobody counts.  The planner calls operators on what it knows of the tables:
 * with those of strangers in the tree it knows what the role that plans may.
 */
void
PrepareForPlanning(Query *query, Oid role, Oid planning_role, bool check_rights, AnalysisResult *result)
{
	TreePreparation preparation = {NIL, NIL, NIL, NIL, NIL, role, check_rights, false, false};
	Oid reader = role;

	/* Zero keeps the planner hook of pg_stat_statements from counting our planning. */
	query->queryId = 0;
	PrepareTree(reinterpret_cast<Node *>(query), &preparation);
	if (preparation.calls_strangers)
		reader = planning_role;
	ReadTreeAs(reinterpret_cast<Node *>(query), &reader);
	list_sort(preparation.relations, list_oid_cmp);
	result->relations = preparation.relations;
	result->written = preparation.written;
	result->columns = preparation.columns;
	result->deleted = preparation.deleted;
	result->inserted = preparation.inserted;
	result->calls_functions = preparation.calls_functions;
}

/* The table that a COPY fills; of other utility statements nothing. */
List *
TablesFilledBy(const Node *statement)
{
	const auto *copy = reinterpret_cast<const CopyStmt *>(statement);
	Oid table;

	if (!IsA(statement, CopyStmt) || !copy->is_from)
		return NIL;
	table = RangeVarGetRelid(copy->relation, NoLock, true);
	return OidIsValid(table) ? list_make1_oid(table) : NIL;
}

void
AnalyzeText(const char *text, const std::vector<Oid> *value_types, Oid role, Oid planning_role,
			bool check_rights, MemoryContext keep, AnalysisResult *result)
{
	List *statements = pg_parse_query(text);
	List *rewritten;
	MemoryContext outer;
	RawStmt *raw;
	Query *query;

	result->statements = list_length(statements);
	if (result->statements != 1)
		return;
	raw = linitial_node(RawStmt, statements);
	query = AnalyzeStatement(raw, text, value_types->data(), static_cast<int>(value_types->size()));
	if (query == nullptr)
	{
		result->utility = true;
		outer = MemoryContextSwitchTo(keep);
		result->inserted = TablesFilledBy(raw->stmt);
		MemoryContextSwitchTo(outer);
		return;
	}
	rewritten = pg_rewrite_query(query);
	result->rewritten = list_length(rewritten);
	if (result->rewritten != 1)
		return;
	query = linitial_node(Query, rewritten);
	if (query->commandType == CMD_UTILITY)
	{
		result->utility = true;
		return;
	}

	outer = MemoryContextSwitchTo(keep);
	result->tree = compat::CopyNode(query);
	PrepareForPlanning(result->tree, role, planning_role, check_rights, result);
	MemoryContextSwitchTo(outer);
}

/* One call of the planner. */
struct Planning
{
	const Query *tree;
	const char *text;
	const std::vector<SampledValue> *values;
	MemoryContext parent;
	PlanUse use;
	void *argument;
};

/* Null where no value is known: that is a generic plan. */
ParamListInfo
BoundParameters(const std::vector<SampledValue> *values)
{
	auto count = static_cast<int>(values->size());
	ParamListInfo list;

	if (count == 0)
		return nullptr;
	list = makeParamList(count);
	for (int i = 0; i < count; i++)
	{
		const SampledValue *value = &(*values)[static_cast<size_t>(i)];
		ParamExternData *parameter = &list->params[i];

		memset(parameter, 0, sizeof(*parameter));
		if (value->kind == SampledValue::Kind::kUnknown)
			continue;
		parameter->ptype = value->type;
		parameter->pflags = PARAM_FLAG_CONST;
		parameter->isnull = value->kind == SampledValue::Kind::kNull;
		if (parameter->isnull)
			continue;
		if (get_typbyval(value->type))
			memcpy(&parameter->value, value->bytes.data(), sizeof(Datum));
		else
		{
			auto *copy = static_cast<char *>(palloc(value->bytes.size()));

			memcpy(copy, value->bytes.data(), value->bytes.size());
			parameter->value = PointerGetDatum(copy);
		}
	}
	return list;
}

void
CallPlanner(void *argument)
{
	auto *planning = static_cast<Planning *>(argument);
	MemoryContext scratch =
		AllocSetContextCreate(planning->parent, "pg_steward plan", ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(scratch);

	/* The planner scribbles on its input. */
	planning->use(CallWatchedPlanner(compat::CopyNode(planning->tree), planning->text,
									 BoundParameters(planning->values)),
				  planning->argument);
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(scratch);
}

} // namespace

void
CallGuarded(const Call &call)
{
	Guarded([&] { call.function(call.argument); });
}

extern "C"
{
static void
NoteInvalidation([[maybe_unused]] Datum argument, [[maybe_unused]] Oid relation)
{
	invalidations++;
}
}

AnalyzedQuery::AnalyzedQuery(std::string text, Identity identity, bool check_rights,
							 std::vector<SampledValue> values)
	: text_(std::move(text)), identity_(std::move(identity)), check_rights_(check_rights),
	  values_(std::move(values))
{
	for (const SampledValue &value : values_)
		value_types_.push_back(value.type);
	if (!invalidation_watched)
	{
		Guarded([] { CacheRegisterRelcacheCallback(NoteInvalidation, (Datum) 0); });
		invalidation_watched = true;
	}
	Analyze();
}

AnalyzedQuery::~AnalyzedQuery() = default;

void
AnalyzedQuery::Analyze()
{
	AnalysisResult result;

	tree_ = nullptr;
	unfit_ = {};
	relations_.clear();
	writes_.clear();
	deletes_.clear();
	inserts_.clear();
	context_ = OwnedMemoryContext::MakeSmall("pg_steward query");

	/* Only the tree itself is worth keeping. */
	OwnedMemoryContext analysis("pg_steward analysis");

	Oid planning_role = PlanningRole(identity_.role);
	std::optional<ServerError> error =
		RunSandboxed(identity_,
					 [&]
					 {
						 SwitchedContext scratch(analysis.get());

						 Guarded(
							 [&]
							 {
								 AnalyzeText(text_.c_str(), &value_types_, identity_.role, planning_role,
											 check_rights_, context_->get(), &result);
							 });
					 });

	analyzed_at_ = invalidations;
	if (error)
		unfit_ = {error->message, error->Sqlstate(), error->hint};
	else if (result.statements == 0)
		unfit_ = {"it is empty", sqlstate::kSyntaxError, kOneStatementHint};
	else if (result.statements > 1)
		unfit_ = {"it holds " + Count(static_cast<size_t>(result.statements), "statement"),
				  sqlstate::kSyntaxError, kOneStatementHint};
	else if (result.utility)
		unfit_ = {"it is a utility statement, which has no plan", sqlstate::kFeatureNotSupported,
				  "Pass a SELECT, INSERT, UPDATE, DELETE or MERGE."};
	else if (result.rewritten != 1)
		unfit_ = {"a rule rewrites it into " + Count(static_cast<size_t>(result.rewritten), "statement"),
				  sqlstate::kFeatureNotSupported, "Pass one of the statements that the rule makes of it."};
	for (int i = 0; i < list_length(result.inserted); i++)
		inserts_.push_back(list_nth_oid(result.inserted, i));
	if (unfit_)
		return;

	tree_ = result.tree;
	calls_functions_ = result.calls_functions;
	for (int i = 0; i < list_length(result.relations); i++)
		relations_.push_back(list_nth_oid(result.relations, i));
	for (int i = 0; i < list_length(result.deleted); i++)
		deletes_.push_back(list_nth_oid(result.deleted, i));
	for (int i = 0; i < list_length(result.written); i++)
		writes_.push_back(
			{list_nth_oid(result.written, i), static_cast<ColumnNumber>(list_nth_int(result.columns, i))});
}

/* Takes the locks planning needs; an ERROR where one cannot be had at once. */
void
AnalyzedQuery::LockRelations()
{
	Guarded(
		[&]
		{
			for (ObjectId relation : relations_)
			{
				if (!ConditionalLockRelationOid(relation, AccessShareLock))
					ereport(ERROR,
							(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
							 errmsg("could not lock table \"%s\" for planning", get_rel_name(relation))));
			}
		});
}

Unfitness
AnalyzedQuery::Plan(PlanUse use, void *argument, const std::function<void(const Call &)> &within)
{
	return PlanWith(values_, use, argument, within);
}

Unfitness
AnalyzedQuery::TryToPlan()
{
	return Plan([]([[maybe_unused]] PlannedStmt *plan, [[maybe_unused]] void *use_argument) {}, nullptr);
}

Unfitness
AnalyzedQuery::PlanWithoutValues(PlanUse use, void *argument)
{
	return PlanWith({}, use, argument, CallGuarded);
}

Unfitness
AnalyzedQuery::PlanWith(const std::vector<SampledValue> &values, PlanUse use, void *argument,
						const std::function<void(const Call &)> &within)
{
	return InSandbox(
		[&]
		{
			Planning planning = {tree_, text_.c_str(), &values, context_->get(), use, argument};

			within({CallPlanner, &planning});
		});
}

std::unique_ptr<AnalyzedQuery>
AnalyzedQuery::WithValues(std::vector<SampledValue> values) const
{
	return std::make_unique<AnalyzedQuery>(text_, identity_, check_rights_, std::move(values));
}

Unfitness
AnalyzedQuery::Examine(TreeUse use, void *argument)
{
	return InSandbox([&] { Guarded([&] { use(tree_, argument); }); });
}

/* Runs body while the tree is right and the locks are held. */
Unfitness
AnalyzedQuery::InSandbox(const std::function<void()> &body)
{
	/* Once more if a table changed since the text was analysed. */
	for (int attempt = 0;; attempt++)
	{
		bool stale = false;

		if (unfit_)
			return unfit_;

		/* A search_path is dear to set, and the tree needs none, but the bodies of functions may. */
		Identity who = {PlanningRole(identity_.role),
						calls_functions_ ? identity_.search_path : std::nullopt};
		std::optional<ServerError> error = RunSandboxed(who,
														[&]
														{
															LockRelations();
															if (analyzed_at_ != invalidations && attempt == 0)
															{
																stale = true;
																return;
															}
															body();
														});

		if (error)
			return {error->message, error->Sqlstate(), error->hint};
		if (!stale)
			return {};
		Analyze();
	}
}

static void
ReadChangedRows(PlannedStmt *plan, void *argument)
{
	if (IsA(plan->planTree, ModifyTable) && outerPlan(plan->planTree) != nullptr)
		*static_cast<double *>(argument) = outerPlan(plan->planTree)->plan_rows;
}

double
ExpectChangedRows(AnalyzedQuery &query)
{
	double rows = 0;

	(void) query.Plan(ReadChangedRows, &rows);
	return rows;
}

} // namespace steward::pg
