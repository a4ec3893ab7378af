/*-------------------------------------------------------------------------
 *
 * catalog.cpp
 *	  Read tables, their columns, statistics and indexes into the model.
 *
 * Sizes and widths are the planner's own (estimate_rel_size, pg_statistic),
 * so that what we reckon and what the planner reckons agree.
 *
 * Server.  Locks: AccessShareLock on each table while it is read; a table
 * that is locked more strongly is left out of this round.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/catalog.h"

#include "base/json.h"
#include "pg/index_elements.h"
#include "pg/rebuildable.h"
#include "pg/unique_duty.h"

extern "C"
{
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "optimizer/plancat.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"
}

#include <cmath>
#include <sstream>

namespace steward::pg
{

namespace
{

/* Below this many pages a sequential scan is as good as any index. */
constexpr double kSmallestTable = 8;

struct ColumnFacts
{
	ColumnNumber number;
	const char *name;
	bool indexable;
	bool deduplicates;
	double average_width;
	double measured_width;
	double largest_width;
	int alignment;
	double distinct_values;
	double null_fraction;
	double correlation;
	bool unique_values;
};

struct PartitionFacts
{
	Oid oid;
	Oid parent;
	bool partitioned;
	const char *schema;
	const char *name;
	const char *quoted;
	double pages;
	double tuples;
};

struct RelationFacts
{
	bool found;
	bool partitioned;
	bool foreign_partitions;
	bool partition_locked;
	int partition_count;
	PartitionFacts *partitions;
	const char *schema;
	const char *name;
	const char *quoted;
	const char *unfit;
	double pages;
	double tuples;
	bool analyzed;
	int column_count;
	ColumnFacts *columns;
};

/* Of the longest value that the column can have; 0 where nothing bounds it. */
double
LargestWidth(const FormData_pg_attribute *attribute)
{
	/* A number of more digits than that has never been stored by anybody. */
	constexpr double kLargestNumeric = 64;

	if (attribute->attlen > 0)
		return attribute->attlen;
	if (attribute->atttypid == NUMERICOID)
		return kLargestNumeric;
	return type_maximum_size(attribute->atttypid, attribute->atttypmod);
}

double
CorrelationIn(HeapTuple statistics)
{
	AttStatsSlot slot;
	double correlation = 0;

	if (get_attstatsslot(&slot, statistics, STATISTIC_KIND_CORRELATION, InvalidOid, ATTSTATSSLOT_NUMBERS))
	{
		if (slot.nnumbers == 1)
			correlation = slot.numbers[0];
		free_attstatsslot(&slot);
	}
	return correlation;
}

void
ReadColumn(const FormData_pg_attribute *attribute, bool inherited, double tuples, ColumnFacts *facts,
		   bool *analyzed)
{
	Oid opclass = GetDefaultOpClass(attribute->atttypid, BTREE_AM_OID);
	HeapTuple statistics = SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(attribute->attrelid),
										   Int16GetDatum(attribute->attnum), BoolGetDatum(inherited));

	facts->number = attribute->attnum;
	facts->name = pstrdup(NameStr(attribute->attname));
	facts->indexable = OidIsValid(opclass);
	facts->deduplicates = facts->indexable && EqualIsImage(opclass, attribute->attcollation);
	facts->alignment = AlignmentOf(attribute->attlen, attribute->attalign);
	facts->average_width = get_typavgwidth(attribute->atttypid, attribute->atttypmod);
	facts->measured_width = 0;
	facts->largest_width = LargestWidth(attribute);
	facts->distinct_values = 0;
	facts->null_fraction = 0;
	if (HeapTupleIsValid(statistics))
	{
		auto *form = (Form_pg_statistic) GETSTRUCT(statistics);

		*analyzed = true;
		if (form->stawidth > 0)
			facts->average_width = facts->measured_width = form->stawidth;
		facts->null_fraction = form->stanullfrac;
		facts->distinct_values = form->stadistinct >= 0 ? form->stadistinct : -form->stadistinct * tuples;
		facts->unique_values = form->stadistinct == -1;
		facts->correlation = CorrelationIn(statistics);
		ReleaseSysCache(statistics);
	}
}

/* Why no index may be advised on the relation; null where one may. */
const char *
UnfitReason(const ::Relation relation, double pages)
{
	switch (relation->rd_rel->relkind)
	{
		case RELKIND_RELATION:
		case RELKIND_MATVIEW:
		case RELKIND_PARTITIONED_TABLE:
			break;
		case RELKIND_FOREIGN_TABLE:
			return "it is a foreign table";
		default:
			return "it is not a table";
	}
	if (RelationGetRelid(relation) < FirstNormalObjectId)
		return "it is a system catalog";
	if (relation->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		return "it is temporary";
	if (OidIsValid(getExtensionOfObject(RelationRelationId, RelationGetRelid(relation))))
		return "it belongs to an extension";
	if (pages < kSmallestTable)
		return "it is too small to matter";
	return nullptr;
}

/* How many pages and rows a table has; pages as stored, while the planner takes an empty table for ten. */
void
ReadExtent(::Relation relation, double *stored_pages, double *pages, double *tuples)
{
	BlockNumber estimated = 0;
	double all_visible = 0;

	if (!RELKIND_HAS_STORAGE(relation->rd_rel->relkind) || RELATION_IS_OTHER_TEMP(relation))
		return;
	estimate_rel_size(relation, nullptr, &estimated, tuples, &all_visible);
	*pages = estimated;
	*stored_pages = RelationGetNumberOfBlocks(relation);
}

enum class PartitionKind
{
	kUsual,
	kForeign,  /* its rows lie elsewhere, and it has no index here */
	kDetached, /* or gone, meanwhile */
	kLocked,
};

/* Reads one partition. */
PartitionKind
ReadPartition(Oid oid, PartitionFacts *facts, double *stored_pages)
{
	::Relation relation;
	double stored = 0;
	bool is_foreign;

	if (!ConditionalLockRelationOid(oid, AccessShareLock))
		return PartitionKind::kLocked;
	relation = try_relation_open(oid, NoLock);
	if (relation == nullptr)
	{
		UnlockRelationOid(oid, AccessShareLock);
		return PartitionKind::kDetached;
	}
	if (!relation->rd_rel->relispartition)
	{
		relation_close(relation, AccessShareLock);
		return PartitionKind::kDetached;
	}
	facts->oid = oid;
	facts->parent = get_partition_parent(oid, true);
	facts->partitioned = relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	facts->schema = get_namespace_name(RelationGetNamespace(relation));
	facts->name = pstrdup(RelationGetRelationName(relation));
	facts->quoted = quote_qualified_identifier(facts->schema, facts->name);
	ReadExtent(relation, &stored, &facts->pages, &facts->tuples);
	*stored_pages += stored;
	is_foreign = relation->rd_rel->relkind == RELKIND_FOREIGN_TABLE;
	relation_close(relation, AccessShareLock);
	return is_foreign ? PartitionKind::kForeign : PartitionKind::kUsual;
}

/* The partitions on all levels, upper ones first; the table has what they have together. */
void
ReadPartitions(Oid oid, RelationFacts *facts, double *stored_pages)
{
	List *children = find_all_inheritors(oid, NoLock, nullptr);
	ListCell *cell;

	facts->partitioned = true;
	facts->partitions =
		static_cast<PartitionFacts *>(palloc0(sizeof(PartitionFacts) * list_length(children)));
	foreach (cell, children)
	{
		PartitionFacts *partition = &facts->partitions[facts->partition_count];

		if (lfirst_oid(cell) == oid)
			continue;
		switch (ReadPartition(lfirst_oid(cell), partition, stored_pages))
		{
			case PartitionKind::kUsual:
				facts->pages += partition->pages;
				facts->tuples += partition->tuples;
				facts->partition_count++;
				break;
			case PartitionKind::kForeign:
				facts->foreign_partitions = true;
				break;
			case PartitionKind::kLocked:
				facts->partition_locked = true;
				break;
			case PartitionKind::kDetached:
				break;
		}
	}
}

/* What is known of the columns of the largest partition, where nobody analysed the whole. */
void
BorrowStatistics(RelationFacts *facts)
{
	const PartitionFacts *largest = nullptr;

	for (int i = 0; i < facts->partition_count; i++)
	{
		if (!facts->partitions[i].partitioned &&
			(largest == nullptr || facts->partitions[i].tuples > largest->tuples))
			largest = &facts->partitions[i];
	}
	if (largest == nullptr)
		return;
	for (int i = 0; i < facts->column_count; i++)
	{
		ColumnFacts *column = &facts->columns[i];
		HeapTuple attribute = SearchSysCacheAttName(largest->oid, column->name);
		ColumnNumber number = column->number;

		if (!HeapTupleIsValid(attribute))
			continue;
		ReadColumn(reinterpret_cast<Form_pg_attribute>(GETSTRUCT(attribute)), false, facts->tuples, column,
				   &facts->analyzed);
		column->number = number;
		ReleaseSysCache(attribute);
	}
}

void
ReadRelation(Oid oid, RelationFacts *facts)
{
	::Relation relation;
	double stored_pages = 0;

	if (!ConditionalLockRelationOid(oid, AccessShareLock))
		return;
	relation = try_relation_open(oid, NoLock);
	if (relation == nullptr)
	{
		UnlockRelationOid(oid, AccessShareLock);
		return;
	}
	/* The tables beneath a view count, not the view. */
	if (relation->rd_rel->relkind == RELKIND_VIEW)
	{
		relation_close(relation, AccessShareLock);
		return;
	}
	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
		ReadPartitions(oid, facts, &stored_pages);
	else
		ReadExtent(relation, &stored_pages, &facts->pages, &facts->tuples);
	facts->found = true;
	facts->schema = get_namespace_name(RelationGetNamespace(relation));
	facts->name = pstrdup(RelationGetRelationName(relation));
	facts->quoted = quote_qualified_identifier(facts->schema, facts->name);
	facts->unfit = facts->partition_locked ? "one of its partitions is locked just now"
										   : UnfitReason(relation, stored_pages);
	facts->columns = static_cast<ColumnFacts *>(
		palloc0(sizeof(ColumnFacts) * Max(1, RelationGetNumberOfAttributes(relation))));
	for (int i = 0; i < RelationGetNumberOfAttributes(relation); i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(RelationGetDescr(relation), i);

		if (!attribute->attisdropped)
			ReadColumn(attribute, facts->partitioned, facts->tuples, &facts->columns[facts->column_count++],
					   &facts->analyzed);
	}
	if (facts->partitioned && !facts->analyzed)
		BorrowStatistics(facts);
	relation_close(relation, AccessShareLock);
}

steward::Relation
ToModel(Oid oid, const RelationFacts &facts)
{
	steward::Relation relation;

	relation.oid = oid;
	relation.schema = facts.schema;
	relation.name = facts.name;
	relation.quoted = facts.quoted;
	relation.label = relation.schema + "." + relation.name;
	relation.unfit = facts.unfit == nullptr ? "" : facts.unfit;
	relation.pages = facts.pages;
	relation.tuples = facts.tuples;
	relation.analyzed = facts.analyzed;
	relation.partitioned = facts.partitioned;
	relation.foreign_partitions = facts.foreign_partitions;
	relation.busy = facts.partition_locked;
	for (int i = 0; i < facts.partition_count; i++)
	{
		const PartitionFacts &partition = facts.partitions[i];

		relation.partitions.push_back({partition.oid, partition.parent, partition.partitioned,
									   partition.schema, partition.name, partition.quoted, partition.pages,
									   partition.tuples});
	}
	for (int i = 0; i < facts.column_count; i++)
	{
		const ColumnFacts &column = facts.columns[i];

		Column &model = relation.columns[column.number];

		model.number = column.number;
		model.name = column.name;
		model.indexable = column.indexable;
		model.deduplicates = column.deduplicates;
		model.average_width = column.average_width;
		model.measured_width = column.measured_width;
		model.largest_width = column.largest_width;
		model.alignment = column.alignment;
		model.distinct_values = column.distinct_values;
		model.null_fraction = column.null_fraction;
		model.correlation = column.correlation;
		model.unique_values = column.unique_values;
	}
	return relation;
}

/*
 * elements_only: what an IndexDefinition can say.  droppable: nothing but speed
 * depends on it.  rebuildable: by one statement, where IsRebuildable() agrees.
 * signature: equal where two indexes do the same for speed; uniqueness is no part of
 * it, since what alone keeps values unique is never droppable.
 */
constexpr const char *kIndexQuery = R"(
SELECT i.indrelid, i.indexrelid, format('%I.%I', n.nspname, c.relname), pg_get_indexdef(i.indexrelid),
       concat_ws('|', c.relam, i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts,
                 pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid), c.reloptions,
                 CASE WHEN i.indexprs IS NOT NULL
                      THEN (SELECT string_agg(attnum || ' ' || attstattarget, ',' ORDER BY attnum) FROM pg_attribute
                             WHERE attrelid = i.indexrelid AND attstattarget >= 0) END),
       NOT i.indnullsnotdistinct
         AND NOT EXISTS (SELECT FROM unnest(i.indcollation) WITH ORDINALITY AS k (collid, position)
                           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.position - 1]
                          WHERE a.attnum > 0 AND a.attcollation <> k.collid AND k.position <= i.indnkeyatts),
       (SELECT json_agg(json_build_array(
                 CASE WHEN i.indkey[k.position - 1] = 0
                      THEN pg_get_indexdef(i.indexrelid, k.position::integer, false) ELSE '' END,
                 CASE WHEN o.opcdefault THEN '' ELSE
                   CASE WHEN s.nspname = 'pg_catalog' THEN '' ELSE quote_ident(s.nspname) || '.' END || quote_ident(o.opcname) END)
                 ORDER BY k.position)
          FROM unnest(i.indclass) WITH ORDINALITY AS k (class, position)
          JOIN pg_opclass AS o ON o.oid = k.class JOIN pg_namespace AS s ON s.oid = o.opcnamespace),
       i.indkey, i.indoption, i.indnkeyatts, i.indisvalid AND i.indisready AND i.indislive,
       i.indisvalid AND NOT (i.indisprimary OR unique_duty.alone OR i.indisexclusion OR i.indisreplident OR i.indisclustered)
         AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
         AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid)
         AND NOT EXISTS (SELECT FROM pg_depend
                          WHERE classid = 'pg_class'::regclass AND objid IN (i.indexrelid, i.indrelid) AND deptype = 'e'),
       c.relkind = 'i', pg_relation_size(i.indexrelid), am.amname,
       coalesce(pg_get_expr(i.indpred, i.indrelid), ''),
       EXISTS (SELECT FROM pg_stat_progress_create_index WHERE index_relid = i.indexrelid),
       i.indexprs IS NULL AND i.indpred IS NULL
  FROM pg_index AS i
  JOIN pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_am AS am ON am.oid = c.relam)";

constexpr const char *kOfTables = " WHERE i.indrelid = ANY ($1::oid[]) ORDER BY i.indexrelid";

/*
 * Counted since the statistics of the database were reset or, where nobody ever
 * did that, since the server started: of older counts nobody knows the age, so
 * the rate is then one that may be too high.
 */
constexpr const char *kWritesQuery = R"(
SELECT t.oid, sum(pg_stat_get_tuples_inserted(t.relid)) / s.hours, sum(pg_stat_get_tuples_updated(t.relid)) / s.hours,
       sum(pg_stat_get_tuples_hot_updated(t.relid)) / s.hours, sum(pg_stat_get_tuples_deleted(t.relid)) / s.hours
  FROM unnest($1::oid[], $2::oid[]) AS t (oid, relid)
 CROSS JOIN (SELECT greatest(extract(epoch FROM now() - coalesce(pg_stat_get_db_stat_reset_time(oid), pg_postmaster_start_time())) / 3600,
                             1)::float8 AS hours
               FROM pg_database WHERE datname = current_database()) AS s
 GROUP BY t.oid, s.hours)";

std::vector<int>
ParseNumbers(const std::string &text)
{
	std::istringstream stream(text);
	std::vector<int> numbers;
	int number = 0;

	while (stream >> number)
		numbers.push_back(number);
	return numbers;
}

ExistingIndex
ToIndex(const Row &row)
{
	ExistingIndex index;
	std::vector<int> columns = ParseNumbers(row.Text(7));
	std::vector<int> options = ParseNumbers(row.Text(8));
	auto keys = static_cast<size_t>(row.Integer(9));

	index.oid = row.ObjectId(1);
	index.name = row.Text(2);
	index.definition = row.Text(3);
	index.signature = row.Text(4);
	index.elements_only = row.Bool(5);
	for (const Json &text : Json::parse(row.Text(6)))
		index.key_texts.push_back({text.at(0).get<std::string>(), text.at(1).get<std::string>()});
	for (size_t i = 0; i < columns.size(); i++)
	{
		auto number = static_cast<ColumnNumber>(columns[i]);

		if (i >= keys)
			index.included.push_back(number);
		else
			index.keys.push_back(
				{number, (options[i] & INDOPTION_DESC) != 0, (options[i] & INDOPTION_NULLS_FIRST) != 0});
	}
	index.valid = row.Bool(10);
	index.droppable = row.Bool(11);
	index.rebuildable = row.Bool(12) && (row.Bool(17) || IsRebuildable(index.oid));
	index.size_bytes = row.Number(13);
	index.method = row.Text(14);
	index.condition = row.Text(15);
	index.being_built = row.Bool(16);
	return index;
}

void
AppendPair(std::string &tables, std::string &parts, ObjectId table, ObjectId part)
{
	tables += (tables.empty() ? "" : ",") + std::to_string(table);
	parts += (parts.empty() ? "" : ",") + std::to_string(part);
}

} // namespace

bool
EqualIsImage(Oid opclass, Oid collation)
{
	Oid type = get_opclass_input_type(opclass);
	Oid function = get_opfamily_proc(get_opclass_family(opclass), type, type, BTEQUALIMAGE_PROC);

	if (!OidIsValid(function))
		return false;
	return DatumGetBool(OidFunctionCall1Coll(function, collation, ObjectIdGetDatum(type)));
}

int
AlignmentOf(int16_t length, char alignment)
{
	/* Short varlena values are stored without alignment. */
	if (length == -1)
		return 1;
	switch (alignment)
	{
		case TYPALIGN_DOUBLE:
			return 8;
		case TYPALIGN_INT:
			return 4;
		case TYPALIGN_SHORT:
			return 2;
		default:
			return 1;
	}
}

bool
RelationExists(ObjectId oid)
{
	bool exists = false;

	Guarded([&] { exists = SearchSysCacheExists1(RELOID, ObjectIdGetDatum(oid)); });
	return exists;
}

bool
MayReadColumn(ObjectId relation, ColumnNumber column)
{
	bool may = false;

	Guarded(
		[&]
		{
			if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)) ||
				(column > 0 &&
				 !SearchSysCacheExists2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(column))))
				return;
			if (check_enable_rls(relation, InvalidOid, true) == RLS_ENABLED)
				return;
			may = pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
				  (column > 0 &&
				   pg_attribute_aclcheck(relation, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK);
		});
	return may;
}

bool
IsLocked(ObjectId relation)
{
	bool locked = false;

	Guarded(
		[&]
		{
			locked = !ConditionalLockRelationOid(relation, AccessShareLock);
			if (!locked)
				UnlockRelationOid(relation, AccessShareLock);
		});
	return locked;
}

void
LockForReading(ObjectId relation)
{
	Guarded([&] { LockRelationOid(relation, AccessShareLock); });
}

void
LockExclusively(ObjectId relation)
{
	Guarded([&] { LockRelationOid(relation, AccessExclusiveLock); });
}

bool
TryLockForMaintenance(ObjectId relation)
{
	bool locked = false;

	Guarded([&] { locked = ConditionalLockRelationOid(relation, ShareUpdateExclusiveLock); });
	return locked;
}

Catalog
ReadCatalog(Spi &spi, const std::vector<ObjectId> &relations)
{
	Catalog catalog;
	std::string oids;
	std::string tables;
	std::string parts; /* as many: a table and, one by one, what holds its rows */

	for (ObjectId oid : relations)
	{
		RelationFacts facts = {};

		Guarded([&] { ReadRelation(oid, &facts); });
		if (!facts.found)
			continue;
		catalog.emplace(oid, ToModel(oid, facts));
		oids += (oids.empty() ? "" : ",") + std::to_string(oid);
	}
	for (const Row &row :
		 spi.Query(std::string(kIndexQuery) + kJoinUniqueDuty + kOfTables, {"{" + oids + "}"}))
	{
		auto relation = catalog.find(row.ObjectId(0));

		if (relation != catalog.end())
			relation->second.indexes.push_back(ToIndex(row));
	}
	for (const auto &[oid, relation] : catalog)
	{
		AppendPair(tables, parts, oid, oid);
		for (const Partition &partition : relation.partitions)
			AppendPair(tables, parts, oid, partition.oid);
	}
	for (const Row &row : spi.Query(kWritesQuery, {"{" + tables + "}", "{" + parts + "}"}))
	{
		auto relation = catalog.find(row.ObjectId(0));

		if (relation != catalog.end())
			relation->second.writes = {row.Number(1), row.Number(2), row.Number(3), row.Number(4)};
	}
	for (auto &[oid, relation] : catalog)
		RecognizeIndexes(relation);
	return catalog;
}

std::set<std::string>
NamesInSchema(Spi &spi, const std::string &schema)
{
	std::set<std::string> names;

	for (const Row &row : spi.Query("SELECT relname FROM pg_class"
									" WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)",
									{schema}))
		names.insert(row.Text(0));
	return names;
}

size_t
CountUserIndexes(Spi &spi)
{
	return static_cast<size_t>(
		spi.QueryOne(
			   "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
			   " WHERE c.relkind IN ('i', 'I') AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'steward')"
			   "   AND n.nspname NOT LIKE 'pg@_temp%' ESCAPE '@'")
			.Integer(0));
}

double
DatabaseSize(Spi &spi)
{
	return spi.QueryOne("SELECT pg_database_size(oid) FROM pg_database WHERE datname = current_database()")
		.Number(0);
}

} // namespace steward::pg
