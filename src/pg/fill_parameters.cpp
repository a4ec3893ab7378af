/*-------------------------------------------------------------------------
 *
 * fill_parameters.cpp
 *	  Values for parameters that nobody saw, from what the server knows of the
 *	  columns they are compared with.
 *
 * A column's statistics are looked at where the planner itself would look at
 * them: not without the right to read the column, not under row-level security,
 * not through a view that keeps secrets.  And only values of types are taken
 * that the server itself brings, compared by its own operators.
 *
 * What is found lies in server structures, since an ERROR may jump over this
 * code.
 *
 * Server.  Locks: see AnalyzedQuery::Examine.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/fill_parameters.h"

#include "pg/compat.h"
#include "pg/kept_types.h"
#include "pg/read_clauses.h"

extern "C"
{
#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace steward::pg
{

namespace
{

/* A column is looked for through so many views, joins and the like. */
constexpr int kDeepest = 16;

/* No more parameters are given values: a list of thousands says nothing more than one of some. */
constexpr int kMostUses = 64;

/* Of a pattern at least so many characters are given. */
constexpr int kShortestPrefix = 3;

/* A level of the statement, and the one around it. */
struct Level
{
	const Query *query;
	const Level *outer;
};

/* Where a column comes from; no entry: from nowhere that has statistics. */
struct Source
{
	RangeTblEntry *entry;
	const Query *query; /* the entry is in its range table */
	AttrNumber column;
};

/* Some values, of one type. */
struct Values
{
	Oid type;
	int count;
	Datum *values;
};

/* What the server knows of a column; no values where it may not be asked. */
struct ColumnStatistics
{
	Oid relation;
	AttrNumber column;
	bool inherited;
	Values common; /* most frequent first */
	float4 *frequencies;
	double other_frequency;
	Values bounds;   /* ascending */
	bool all_common; /* the bounds are the common values in order */
	int equal;       /* parameters that are to equal it, so far */
};

/* What a parameter of a pattern becomes of the beginning of a value. */
struct PatternForm
{
	const char *before;
	const char *after;
	const char *special; /* characters that need a backslash */
};

constexpr PatternForm kLike = {"", "%", "%_\\"};
constexpr PatternForm kPartOfLike = {"", "", "%_\\"};
constexpr PatternForm kRegex = {"^", "", ".^$*+?()[]{}|\\"};
constexpr PatternForm kPartOfRegex = {"", "", ".^$*+?()[]{}|\\"};
constexpr PatternForm kPlain = {"", "", ""};

/* A parameter and what it is compared with. */
struct FoundUse
{
	int number;
	ParameterUseKind kind;
	Oid type;
	const RangeTblEntry *entry; /* of the column's table; null for LIMIT and OFFSET */
	const ColumnStatistics *column;
	Values common; /* of the type of the parameter, or of its elements */
	Values bounds;
	int position;
	bool paired;
	bool counts_rows;
	const PatternForm *form;
};

struct UseFinder
{
	const Level *level;
	bool negated;  /* what is at hand stands under a NOT */
	List *columns; /* of ColumnStatistics */
	List *uses;    /* of FoundUse */
};

bool FindUses(Node *node, void *argument);

bool
IsServersFunction(Oid function)
{
	return OidIsValid(function) && function < FirstNormalObjectId;
}

/* Casts aside: those that nobody wrote, or all. */
Node *
WithoutCasts(Node *node, bool also_explicit)
{
	while (node != nullptr)
	{
		if (IsA(node, RelabelType))
			node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
		else if (IsA(node, FuncExpr))
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);

			if (!IsServersFunction(call->funcid) || call->args == NIL ||
				!(call->funcformat == COERCE_IMPLICIT_CAST ||
				  (also_explicit && call->funcformat == COERCE_EXPLICIT_CAST)))
				break;
			node = static_cast<Node *>(linitial(call->args));
		}
		else
			break;
	}
	return node;
}

/* Null where the expression is none, casts aside. */
const Param *
ParameterOf(Node *node)
{
	node = WithoutCasts(node, true);
	if (node == nullptr || !IsA(node, Param) || reinterpret_cast<Param *>(node)->paramkind != PARAM_EXTERN)
		return nullptr;
	return reinterpret_cast<Param *>(node);
}

CommonTableExpr *
FindCte(const Query *query, const char *name)
{
	ListCell *cell;

	foreach (cell, query->cteList)
	{
		auto *cte = lfirst_node(CommonTableExpr, cell);

		if (strcmp(cte->ctename, name) == 0)
			return cte;
	}
	return nullptr;
}

/* What a query returns as its column; null where there is none such. */
Node *
OutputOf(Node *query, AttrNumber column)
{
	if (query == nullptr || !IsA(query, Query) || column <= 0)
		return nullptr;

	TargetEntry *target = get_tle_by_resno(reinterpret_cast<Query *>(query)->targetList, column);

	return target == nullptr ? nullptr : reinterpret_cast<Node *>(target->expr);
}

const Level *
OuterLevel(const Level *level, Index up)
{
	for (; up > 0 && level != nullptr; up--)
		level = level->outer;
	return level;
}

/* The column of a table that the expression is, through views, joins, subqueries and WITH. */
Source
SourceOf(const Level *level, Node *node)
{
	Level entered[kDeepest];

	for (int depth = 0; depth < kDeepest; depth++)
	{
		node = WithoutCasts(node, false);
		if (node == nullptr || !IsA(node, Var))
			break;

		const Var *var = reinterpret_cast<Var *>(node);
		AttrNumber column = var->varattno;

		level = OuterLevel(level, var->varlevelsup);
		if (level == nullptr || var->varno < 1 || var->varno > list_length(level->query->rtable))
			break;

		RangeTblEntry *entry = rt_fetch(var->varno, level->query->rtable);

		node = nullptr;
		if (entry->rtekind == RTE_RELATION)
			return {entry, level->query, column};
		if (entry->rtekind == RTE_JOIN && column > 0 && column <= list_length(entry->joinaliasvars))
			node = static_cast<Node *>(list_nth(entry->joinaliasvars, column - 1));
		else if (entry->rtekind == RTE_SUBQUERY && !entry->security_barrier)
		{
			entered[depth] = {entry->subquery, level};
			level = &entered[depth];
			node = OutputOf(reinterpret_cast<Node *>(entry->subquery), column);
		}
		else if (entry->rtekind == RTE_CTE)
		{
			level = OuterLevel(level, entry->ctelevelsup);

			CommonTableExpr *cte = level == nullptr ? nullptr : FindCte(level->query, entry->ctename);

			if (cte == nullptr || !IsA(cte->ctequery, Query))
				break;
			entered[depth] = {reinterpret_cast<Query *>(cte->ctequery), level};
			level = &entered[depth];
			node = OutputOf(cte->ctequery, column);
		}
		else
			node = compat::GroupedExpression(entry, column);
	}
	return {nullptr, nullptr, 0};
}

/* Whether the planner would look at the statistics of the column for him who reads the table. */
bool
MayBeAsked(const Source &source)
{
	Oid relation = source.entry->relid;
	Oid reader = compat::ReaderOf(source.query, source.entry);
	char kind = source.entry->relkind;

	if (source.column <= 0 || relation < FirstNormalObjectId || !OidIsValid(reader))
		return false;
	if (kind != RELKIND_RELATION && kind != RELKIND_MATVIEW && kind != RELKIND_PARTITIONED_TABLE)
		return false;
	if (source.entry->securityQuals != NIL || check_enable_rls(relation, reader, true) == RLS_ENABLED)
		return false;
	return pg_class_aclcheck(relation, reader, ACL_SELECT) == ACLCHECK_OK ||
		   pg_attribute_aclcheck(relation, source.column, reader, ACL_SELECT) == ACLCHECK_OK;
}

/* Rows of the table as they were counted last. */
double
RowsOf(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	double rows = 0;

	if (!HeapTupleIsValid(tuple))
		return rows;
	rows = Max(0, reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->reltuples);
	ReleaseSysCache(tuple);
	return rows;
}

struct Order
{
	FmgrInfo *compare;
	Oid collation;
};

extern "C"
{
static int
CompareValues(const void *left, const void *right, void *argument)
{
	const auto *order = static_cast<const Order *>(argument);

	return DatumGetInt32(FunctionCall2Coll(order->compare, order->collation,
										   *static_cast<const Datum *>(left),
										   *static_cast<const Datum *>(right)));
}
}

/* The common values in their order, where nothing else is known of the column. */
Values
InOrder(const Values &values, Oid collation)
{
	TypeCacheEntry *type = lookup_type_cache(values.type, TYPECACHE_CMP_PROC_FINFO);
	Values sorted = {values.type, values.count, nullptr};

	if (!IsServersFunction(type->cmp_proc) || values.count == 0)
		return {};

	Order order = {&type->cmp_proc_finfo, collation};

	sorted.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(values.count)));
	memcpy(sorted.values, values.values, sizeof(Datum) * static_cast<Size>(values.count));
	qsort_arg(sorted.values, static_cast<Size>(sorted.count), sizeof(Datum), CompareValues, &order);
	return sorted;
}

/* Values of a domain are those of what it is made of; none where they are not to be kept. */
Values
TakeValues(const AttStatsSlot *slot)
{
	Oid type = getBaseType(slot->valuetype);

	if (FindKeptType(type) == nullptr || slot->nvalues == 0)
		return {};
	return {type, slot->nvalues, slot->values};
}

/* The slots' memory stays as long as the finder's. */
void
TakeSlots(HeapTuple tuple, ColumnStatistics *statistics)
{
	auto *form = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(tuple));
	AttStatsSlot common = {};
	AttStatsSlot histogram = {};
	double distinct =
		form->stadistinct >= 0 ? form->stadistinct : -form->stadistinct * RowsOf(statistics->relation);
	double others = 1 - form->stanullfrac;

	if (get_attstatsslot(&common, tuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		statistics->common = TakeValues(&common);
		statistics->common.count = Min(statistics->common.count, common.nnumbers);
		statistics->frequencies = common.numbers;
	}
	if (get_attstatsslot(&histogram, tuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES))
		statistics->bounds = TakeValues(&histogram);
	statistics->all_common = statistics->bounds.count == 0;
	if (statistics->all_common)
		statistics->bounds = InOrder(statistics->common, common.stacoll);
	for (int i = 0; i < statistics->common.count; i++)
		others -= statistics->frequencies[i];
	statistics->other_frequency = Max(0, others) / Max(1, distinct - statistics->common.count);
}

/* Those of the table and its children together, or, where there are none, of the table. */
HeapTuple
FindStatisticTuple(Oid relation, AttrNumber column, bool inherited)
{
	HeapTuple tuple = nullptr;

	if (inherited)
		tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column),
								BoolGetDatum(true));
	if (!HeapTupleIsValid(tuple))
		tuple = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(relation), Int16GetDatum(column),
								BoolGetDatum(false));
	return tuple;
}

/* Read once for each column. */
ColumnStatistics *
FindStatistics(UseFinder *finder, const Source &source)
{
	ListCell *cell;
	Oid relation = source.entry->relid;
	bool inherited = source.entry->inh;

	if (!MayBeAsked(source))
		return nullptr;
	foreach (cell, finder->columns)
	{
		auto *known = static_cast<ColumnStatistics *>(lfirst(cell));

		if (known->relation == relation && known->column == source.column && known->inherited == inherited)
			return known;
	}

	ColumnStatistics *statistics =
		Make(ColumnStatistics{relation, source.column, inherited, {}, nullptr, 0, {}, false, 0});
	HeapTuple tuple = FindStatisticTuple(relation, source.column, inherited);

	finder->columns = lappend(finder->columns, statistics);
	if (HeapTupleIsValid(tuple))
	{
		TakeSlots(tuple, statistics);
		ReleaseSysCache(tuple);
	}
	return statistics;
}

/* As values of another type of the server's; none where it has no cast without much ado. */
Values
Converted(const Values &values, Oid type)
{
	Values converted = {type, values.count, values.values};
	Oid function = InvalidOid;

	if (values.count == 0 || FindKeptType(type) == nullptr)
		return {};
	if (type == values.type)
		return values;
	switch (find_coercion_pathway(type, values.type, COERCION_ASSIGNMENT, &function))
	{
		case COERCION_PATH_RELABELTYPE:
			return converted;
		case COERCION_PATH_FUNC:
			break;
		default:
			return {};
	}
	if (!IsServersFunction(function) || get_func_nargs(function) != 1)
		return {};
	converted.values = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(values.count)));
	for (int i = 0; i < values.count; i++)
		converted.values[i] = OidFunctionCall1(function, values.values[i]);
	return converted;
}

bool
IsRange(ParameterUseKind kind)
{
	return kind == ParameterUseKind::kAbove || kind == ParameterUseKind::kBelow;
}

/* A range may have its other end already. */
void
FindPair(const UseFinder *finder, FoundUse *use)
{
	ListCell *cell;

	foreach (cell, finder->uses)
	{
		auto *other = static_cast<FoundUse *>(lfirst(cell));

		if (IsRange(other->kind) && other->kind != use->kind && !other->paired &&
			other->entry == use->entry && other->column == use->column)
		{
			other->paired = true;
			use->paired = true;
			return;
		}
	}
}

/* Whether the parameter has its values, or is not to have any. */
bool
IsNoted(const UseFinder *finder, const Param *parameter)
{
	ListCell *cell;

	if (list_length(finder->uses) >= kMostUses)
		return true;
	foreach (cell, finder->uses)
	{
		if (static_cast<FoundUse *>(lfirst(cell))->number == parameter->paramid)
			return true;
	}
	return false;
}

/* A parameter's first comparison counts. */
void
NoteUse(UseFinder *finder, const Param *parameter, Node *other, ParameterUseKind kind,
		const PatternForm *form)
{
	Oid type = parameter->paramtype;

	if (IsNoted(finder, parameter) || FindKeptType(type) == nullptr)
		return;
	if (kind == ParameterUseKind::kList)
		type = get_element_type(type);
	if (!OidIsValid(type) || (form != nullptr && type != TEXTOID))
		return;

	Source source = SourceOf(finder->level, other);
	ColumnStatistics *column = source.entry == nullptr ? nullptr : FindStatistics(finder, source);

	if (column == nullptr)
		return;

	FoundUse use = {parameter->paramid,
					kind,
					parameter->paramtype,
					source.entry,
					column,
					Converted(column->common, type),
					Converted(column->bounds, type),
					0,
					false,
					false,
					form};

	if (form != nullptr || IsRange(kind))
	{
		if (use.bounds.count < 2)
			return;
	}
	else if (use.common.count == 0 && (column->all_common || use.bounds.count == 0))
		return;
	else
		use.position = column->equal++;
	if (IsRange(kind))
		FindPair(finder, &use);
	finder->uses = lappend(finder->uses, Make(use));
}

/* What a parameter must be that stands where a pattern is wanted; null where none is. */
const PatternForm *
FormOf(Oid operator_id)
{
	switch (operator_id)
	{
		case OID_TEXT_LIKE_OP:
		case OID_BPCHAR_LIKE_OP:
		case OID_NAME_LIKE_OP:
		case OID_TEXT_ICLIKE_OP:
		case OID_BPCHAR_ICLIKE_OP:
		case OID_NAME_ICLIKE_OP:
			return &kLike;
		case OID_TEXT_REGEXEQ_OP:
		case OID_BPCHAR_REGEXEQ_OP:
		case OID_NAME_REGEXEQ_OP:
		case OID_TEXT_ICREGEXEQ_OP:
		case OID_BPCHAR_ICREGEXEQ_OP:
		case OID_NAME_ICREGEXEQ_OP:
			return &kRegex;
		default:
			return get_opcode(operator_id) == F_STARTS_WITH ? &kPlain : nullptr;
	}
}

/* A pattern is a parameter, or a text put together of one and constants. */
void
NotePattern(UseFinder *finder, Node *pattern, Node *other, const PatternForm *form)
{
	const Param *parameter = ParameterOf(pattern);
	ListCell *cell;

	if (parameter != nullptr)
	{
		NoteUse(finder, parameter, other, ParameterUseKind::kPattern, form);
		return;
	}
	pattern = WithoutCasts(pattern, true);
	if (pattern == nullptr || !IsA(pattern, OpExpr) ||
		get_opcode(reinterpret_cast<OpExpr *>(pattern)->opno) != F_TEXTCAT)
		return;
	if (form == &kLike)
		form = &kPartOfLike;
	else if (form == &kRegex)
		form = &kPartOfRegex;
	foreach (cell, reinterpret_cast<OpExpr *>(pattern)->args)
		NotePattern(finder, static_cast<Node *>(lfirst(cell)), other, form);
}

/* The btree strategy of the operator, for its argument on this side to be the column; 0 for none. */
int
StrategyOf(Oid operator_id, bool column_is_right)
{
	Oid left;
	Oid right;

	op_input_types(operator_id, &left, &right);

	Oid family = FamilyOf(column_is_right ? right : left);
	int strategy = OidIsValid(family) ? get_op_opfamily_strategy(operator_id, family) : InvalidStrategy;

	/* Also what is not equal. */
	if (strategy == InvalidStrategy && OidIsValid(family) && OidIsValid(get_negator(operator_id)) &&
		get_op_opfamily_strategy(get_negator(operator_id), family) == BTEqualStrategyNumber)
		strategy = BTEqualStrategyNumber;
	/* 5 > 4 >= 3 = 2 <= 1 < */
	return strategy != InvalidStrategy && column_is_right ? BTMaxStrategyNumber + 1 - strategy : strategy;
}

void
NoteComparison(UseFinder *finder, Oid operator_id, Node *left, Node *right)
{
	if (operator_id >= FirstNormalObjectId)
		return;
	if (const PatternForm *form = FormOf(operator_id))
	{
		NotePattern(finder, right, left, form);
		return;
	}

	const Param *parameter = ParameterOf(right);
	bool column_is_right = parameter == nullptr;

	if (column_is_right)
		parameter = ParameterOf(left);
	if (parameter == nullptr)
		return;

	Node *other = column_is_right ? right : left;

	switch (StrategyOf(operator_id, column_is_right))
	{
		case BTLessStrategyNumber:
		case BTLessEqualStrategyNumber:
			NoteUse(finder, parameter, other,
					finder->negated ? ParameterUseKind::kAbove : ParameterUseKind::kBelow, nullptr);
			break;
		case BTEqualStrategyNumber:
			NoteUse(finder, parameter, other, ParameterUseKind::kEqual, nullptr);
			break;
		case BTGreaterEqualStrategyNumber:
		case BTGreaterStrategyNumber:
			NoteUse(finder, parameter, other,
					finder->negated ? ParameterUseKind::kBelow : ParameterUseKind::kAbove, nullptr);
			break;
		default:
			break;
	}
}

/* column = ANY ($1), or IN ($1, $2) */
void
NoteList(UseFinder *finder, const ScalarArrayOpExpr *comparison)
{
	auto *column = static_cast<Node *>(linitial(comparison->args));
	Node *list = WithoutCasts(static_cast<Node *>(lsecond(comparison->args)), true);
	ListCell *cell;

	if (comparison->opno >= FirstNormalObjectId)
		return;
	if (IsA(list, ArrayExpr))
	{
		foreach (cell, reinterpret_cast<ArrayExpr *>(list)->elements)
			NoteComparison(finder, comparison->opno, column, static_cast<Node *>(lfirst(cell)));
		return;
	}
	if (StrategyOf(comparison->opno, false) != BTEqualStrategyNumber)
		return;
	if (const Param *parameter = ParameterOf(list))
		NoteUse(finder, parameter, column, ParameterUseKind::kList, nullptr);
}

void
NoteRows(UseFinder *finder, const RowCompareExpr *comparison)
{
	ListCell *operator_cell;
	ListCell *left;
	ListCell *right;

	forthree(operator_cell, comparison->opnos, left, comparison->largs, right, comparison->rargs)
		NoteComparison(finder, lfirst_oid(operator_cell), static_cast<Node *>(lfirst(left)),
					   static_cast<Node *>(lfirst(right)));
}

/* Of LIMIT and OFFSET. */
void
NoteAmount(UseFinder *finder, Node *amount, ParameterUseKind kind, bool counts_rows)
{
	const Param *parameter = ParameterOf(amount);

	if (parameter == nullptr || IsNoted(finder, parameter) ||
		(parameter->paramtype != INT8OID && parameter->paramtype != INT4OID))
		return;
	finder->uses = lappend(finder->uses, Make(FoundUse{parameter->paramid,
													   kind,
													   parameter->paramtype,
													   nullptr,
													   nullptr,
													   {},
													   {},
													   0,
													   false,
													   counts_rows,
													   nullptr}));
}

/* A limit within a statement that writes says how much it writes. */
bool
CountsRows(const Level *level)
{
	const Level *outermost = level;

	while (outermost->outer != nullptr)
		outermost = outermost->outer;
	return level == outermost || outermost->query->commandType != CMD_SELECT;
}

bool
FindUses(Node *node, void *argument)
{
	auto *finder = static_cast<UseFinder *>(argument);
	bool negated = finder->negated;

	if (node == nullptr)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
		{
			auto *query = reinterpret_cast<Query *>(node);
			const Level *outer = finder->level;
			Level level = {query, outer};

			finder->level = &level;
			finder->negated = false;
			NoteAmount(finder, query->limitCount, ParameterUseKind::kLimit, CountsRows(&level));
			NoteAmount(finder, query->limitOffset, ParameterUseKind::kOffset, false);
			(void) compat::WalkQuery(query, FindUses, argument, QTW_IGNORE_JOINALIASES);
			finder->level = outer;
			finder->negated = negated;
			return false;
		}
		case T_BoolExpr:
			if (reinterpret_cast<BoolExpr *>(node)->boolop != NOT_EXPR)
				break;
			finder->negated = !negated;
			(void) compat::WalkExpression(node, FindUses, argument);
			finder->negated = negated;
			return false;
		case T_OpExpr:
		{
			auto *comparison = reinterpret_cast<OpExpr *>(node);

			if (list_length(comparison->args) == 2)
				NoteComparison(finder, comparison->opno, static_cast<Node *>(linitial(comparison->args)),
							   static_cast<Node *>(lsecond(comparison->args)));
			break;
		}
		case T_ScalarArrayOpExpr:
			NoteList(finder, reinterpret_cast<ScalarArrayOpExpr *>(node));
			break;
		case T_RowCompareExpr:
			NoteRows(finder, reinterpret_cast<RowCompareExpr *>(node));
			break;
		case T_FuncExpr:
		{
			auto *call = reinterpret_cast<FuncExpr *>(node);

			if (call->funcid == F_STARTS_WITH)
				NotePattern(finder, static_cast<Node *>(lsecond(call->args)),
							static_cast<Node *>(linitial(call->args)), &kPlain);
			break;
		}
		default:
			break;
	}
	return compat::WalkExpression(node, FindUses, argument);
}

/* What is to be found where. */
struct Search
{
	MemoryContext keep;
	List *uses; /* of FoundUse, by number */
};

int
CompareNumbers(const ListCell *left, const ListCell *right)
{
	return static_cast<FoundUse *>(lfirst(left))->number - static_cast<FoundUse *>(lfirst(right))->number;
}

void
SearchTree(Query *tree, void *argument)
{
	auto *search = static_cast<Search *>(argument);
	MemoryContext outer = MemoryContextSwitchTo(search->keep);
	UseFinder finder = {nullptr, false, NIL, NIL};

	(void) FindUses(reinterpret_cast<Node *>(tree), &finder);
	list_sort(finder.uses, CompareNumbers);
	search->uses = finder.uses;
	MemoryContextSwitchTo(outer);
}

ParameterUse
ToModel(const FoundUse &found)
{
	ParameterUse use;

	use.number = found.number;
	use.kind = found.kind;
	use.position = static_cast<size_t>(found.position);
	use.paired = found.paired;
	use.counts_rows = found.counts_rows;
	if (found.column == nullptr)
		return use;
	for (int i = 0; i < found.common.count; i++)
		use.frequencies.push_back(static_cast<double>(found.column->frequencies[i]));
	use.other_frequency = found.column->other_frequency;
	use.bounds = static_cast<size_t>(found.bounds.count);
	use.all_common = found.column->all_common || use.bounds == 0;
	return use;
}

/* So many bytes begin both texts. */
int
CommonBytes(const char *left, const char *right)
{
	int length = 0;

	while (left[length] != 0 && left[length] == right[length])
		length++;
	return length;
}

/*
 * The beginning of a text of which the next one in order differs: so it is
 * that of about as many rows as lie between two places of the histogram.
 */
char *
PrefixOf(const Values &values, int place)
{
	char *whole = TextDatumGetCString(values.values[place]);
	int length = static_cast<int>(strlen(whole));
	int common = 0;

	for (int step = 1; step < values.count && common == 0; step++)
	{
		const char *other = TextDatumGetCString(values.values[(place + step) % values.count]);

		if (strcmp(whole, other) != 0)
		{
			common = CommonBytes(whole, other);
			break;
		}
	}

	int characters = pg_mbstrlen_with_len(whole, pg_mbcliplen(whole, length, common)) + 1;

	whole[pg_mbcharcliplen(whole, length, Max(characters, kShortestPrefix))] = 0;
	return whole;
}

Datum
PatternFrom(const PatternForm &form, const char *prefix)
{
	StringInfoData pattern;

	initStringInfo(&pattern);
	appendStringInfoString(&pattern, form.before);
	while (*prefix != 0)
	{
		int length = pg_mblen(prefix);

		if (length == 1 && strchr(form.special, *prefix) != nullptr)
			appendStringInfoChar(&pattern, '\\');
		appendBinaryStringInfo(&pattern, prefix, length);
		prefix += length;
	}
	appendStringInfoString(&pattern, form.after);
	return CStringGetTextDatum(pattern.data);
}

Datum
ValueAt(const FoundUse &use, const StatisticsPlace &place)
{
	return (place.common ? use.common : use.bounds).values[place.index];
}

Datum
ListFrom(const FoundUse &use, const StatisticsPlace *places, int count)
{
	Oid type = get_element_type(use.type);
	int16 length;
	bool by_value;
	char alignment;
	auto *elements = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(count)));

	for (int i = 0; i < count; i++)
		elements[i] = ValueAt(use, places[i]);
	get_typlenbyvalalign(type, &length, &by_value, &alignment);
	return PointerGetDatum(construct_array(elements, count, type, length, by_value, alignment));
}

/* A value in one piece, and its bytes. */
struct Piece
{
	Datum value;
	const char *bytes;
	Size length;
};

Datum
ValueOf(const FoundUse &use, const StatisticsPlace *places, int count, int64_t amount)
{
	if (use.column == nullptr)
		return use.type == INT4OID ? Int32GetDatum(static_cast<int32>(Min(amount, PG_INT32_MAX)))
								   : Int64GetDatum(amount);
	if (use.kind == ParameterUseKind::kList)
		return ListFrom(use, places, count);
	if (use.kind == ParameterUseKind::kPattern)
		return PatternFrom(*use.form, PrefixOf(use.bounds, static_cast<int>(places[0].index)));
	return ValueAt(use, places[0]);
}

void
MakePiece(const FoundUse &use, const StatisticsPlace *places, int count, int64_t amount, Piece *piece)
{
	const KeptType *type = FindKeptType(use.type);

	piece->value = ValueOf(use, places, count, amount);
	if (type->by_value)
	{
		piece->bytes = reinterpret_cast<const char *>(&piece->value);
		piece->length = sizeof(Datum);
		return;
	}
	if (type->length == kVarlenaLength)
		piece->value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(piece->value));
	piece->bytes = DatumGetPointer(piece->value);
	piece->length =
		type->length == kVarlenaLength ? VARSIZE_ANY(piece->bytes) : static_cast<Size>(type->length);
}

} // namespace

UnseenParameters::UnseenParameters(AnalyzedQuery &query)
{
	Search search = {context_.get(), NIL};

	if (query.Examine(SearchTree, &search))
		return;
	found_ = search.uses;
	for (int i = 0; i < list_length(found_); i++)
		uses_.push_back(ToModel(*static_cast<FoundUse *>(list_nth(found_, i))));
}

std::vector<SampledValue>
UnseenParameters::ValuesOf(const ParameterChoices &choices) const
{
	std::vector<SampledValue> values;

	for (size_t i = 0; i < uses_.size() && i < choices.parameters.size(); i++)
	{
		const FoundUse &use = *static_cast<FoundUse *>(list_nth(found_, static_cast<int>(i)));
		const ParameterChoice &choice = choices.parameters[i];
		Piece piece = {};

		{
			SwitchedContext in(context_.get());
			Guarded(
				[&] {
					MakePiece(use, choice.places.data(), static_cast<int>(choice.places.size()),
							  choice.amount, &piece);
				});
		}
		values.resize(static_cast<size_t>(use.number));
		values.back() = {use.type, SampledValue::Kind::kValue, std::string(piece.bytes, piece.length)};
	}
	return values;
}

} // namespace steward::pg
