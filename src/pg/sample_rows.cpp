/*-------------------------------------------------------------------------
 *
 * sample_rows.cpp
 *	  Look at a random sample of a table's rows, for the size of its indexes.
 *
 * Of each value stays a hash and a width; the value itself is forgotten as
 * soon as the next row is read, and appears in no message.
 *
 * Server.  Locks: AccessShareLock on the table while it is read.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/sample_rows.h"

#include "pg/index_values.h"
#include "pg/raii.h"
#include "pg/sandbox.h"
#include "pg/session.h"
#include "pg/spi.h"
#include "pg/table_sample.h"

extern "C"
{
#include "access/htup_details.h"
#include "catalog/pg_am.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "storage/itemptr.h"
#include "utils/lsyscache.h"
}

#include <algorithm>
#include <memory>
#include <unordered_map>

namespace steward::pg
{

namespace
{

constexpr double kRows = 10000;
constexpr size_t kFewRows = 300; /* so many are looked at in any case */

/* Of long documents fewer rows are enough: so many words, keys or the like. */
constexpr size_t kMostParts = 2000000;

/* One column of the query, and what becomes of it. */
struct Reading
{
	ColumnNumber number = 0;
	const IndexElement *element = nullptr;
	bool is_condition = false;
	ValueType type;
	int32 fixed_width = 0; /* where the operator class keeps something of that width */
	KeyMaker parts = {};
	KeyMaker key = {};

	SampledColumn column;
	std::vector<bool> fulfilled;
	std::unordered_map<uint64_t, int32_t> part_widths; /* of each different part */
	std::vector<ValuePart> found;                      /* in one value */
};

/* Of the page, in a table or one of its partitions. */
constexpr int kTableColumn = 1;
constexpr int kPlaceColumn = 2;
constexpr int kFirstColumn = 3;

/* Before the first row: functions are looked up once. */
void
Prepare(Reading &reading, TupleDesc descriptor, int column)
{
	const FormData_pg_attribute *attribute = TupleDescAttr(descriptor, column - 1);

	reading.type = ValueTypeOf(attribute->atttypid);
	if (reading.element == nullptr || reading.is_condition || !OidIsValid(reading.element->opclass))
		return;
	reading.fixed_width = FixedWidthInClass(reading.element->opclass);
	PrepareKeyMaker(reading.element->opclass, GIN_AM_OID, attribute->atttypid,
					exprCollation(reading.element->expression), &reading.parts);
	PrepareKeyMaker(reading.element->opclass, GIST_AM_OID, attribute->atttypid,
					exprCollation(reading.element->expression), &reading.key);
}

void
TakeParts(Datum value, bool is_null, Reading &reading)
{
	std::vector<uint64_t> hashes;

	reading.found.clear();
	if (is_null)
		reading.found.push_back({kNullPart, 0});
	else
		Guarded([&] { ReadParts(value, &reading.parts, &reading.found); });
	for (const ValuePart &part : reading.found)
	{
		hashes.push_back(part.hash);
		reading.part_widths.emplace(part.hash, part.width);
	}
	/* Each different part stands in the index once for the row. */
	std::sort(hashes.begin(), hashes.end());
	hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
	reading.column.parts.push_back(std::move(hashes));
}

void
TakeValue(Datum value, bool is_null, Reading &reading)
{
	if (reading.is_condition)
	{
		reading.fulfilled.push_back(!is_null && DatumGetBool(value));
		return;
	}

	uint64 hash = 0;
	int32 width = SampledColumn::kNull;

	if (!is_null)
		Guarded(
			[&]
			{
				hash = HashOfValue(value, reading.type);
				width = reading.fixed_width > 0                   ? reading.fixed_width
						: OidIsValid(reading.key.function.fn_oid) ? WidthOfKey(value, &reading.key)
																  : WidthInIndex(value, reading.type);
			});
	reading.column.hashes.push_back(hash);
	reading.column.widths.push_back(width);
	if (OidIsValid(reading.parts.function.fn_oid))
		TakeParts(value, is_null, reading);
}

uint64_t
PageOf(HeapTuple row, TupleDesc descriptor)
{
	bool is_null;
	Oid table = DatumGetObjectId(heap_getattr(row, kTableColumn, descriptor, &is_null));
	auto *place =
		reinterpret_cast<ItemPointer>(DatumGetPointer(heap_getattr(row, kPlaceColumn, descriptor, &is_null)));

	return static_cast<uint64_t>(table) << 32 | ItemPointerGetBlockNumberNoCheck(place);
}

/* A reader of the rows of one table. */
class SampleReader
{
public:
	SampleReader(const steward::Relation &relation, const IndexElements &elements,
				 const std::vector<ColumnNumber> &numbers)
		: context_("pg_steward sampled row"), lasting_("pg_steward row sample")
	{
		expressions_ = {"tableoid", "ctid"};
		for (ColumnNumber number : numbers)
		{
			Reading reading;

			reading.number = number;
			reading.element = elements.Find(number);
			reading.is_condition = relation.conditions.count(number) > 0;
			readings_.push_back(std::move(reading));
			expressions_.push_back(ExpressionOf(relation, number));
		}
	}

	/* False where it saw enough before the last row: then its rows are the first ones of the table. */
	bool Read(Spi &spi, const TableSample &sample)
	{
		spi.Visit(sample.Select(expressions_),
				  [&](HeapTuple row, TupleDesc descriptor)
				  {
					  Take(row, descriptor);
					  return parts_ >= kMostParts;
				  });
		result_.share_of_page = sample.share_of_page();
		result_.share_of_pages = sample.share_of_pages();
		return parts_ < kMostParts;
	}

	size_t rows() const { return result_.rows; }

	RowSample Finish()
	{
		for (Reading &reading : readings_)
		{
			double bytes = 0;

			if (reading.is_condition)
			{
				result_.conditions[reading.number] = std::move(reading.fulfilled);
				continue;
			}
			for (const auto &[hash, width] : reading.part_widths)
				bytes += width;
			if (!reading.part_widths.empty())
				reading.column.part_width = bytes / static_cast<double>(reading.part_widths.size());
			result_.columns[reading.number] = std::move(reading.column);
		}
		return std::move(result_);
	}

private:
	void Take(HeapTuple row, TupleDesc descriptor)
	{
		if (result_.rows == 0)
		{
			SwitchedContext in(lasting_.get());

			for (size_t i = 0; i < readings_.size(); i++)
				Guarded([&] { Prepare(readings_[i], descriptor, kFirstColumn + static_cast<int>(i)); });
		}

		SwitchedContext in(context_.get());
		int column = kFirstColumn;

		CheckForInterrupts();
		result_.rows++;
		result_.pages.push_back(PageOf(row, descriptor));
		for (Reading &reading : readings_)
		{
			bool is_null;
			Datum value = heap_getattr(row, column++, descriptor, &is_null);

			TakeValue(value, is_null, reading);
			parts_ += reading.found.size();
		}
		MemoryContextReset(context_.get());
	}

	OwnedMemoryContext context_;
	OwnedMemoryContext lasting_;
	std::vector<std::string> expressions_;
	std::vector<Reading> readings_;
	size_t parts_ = 0; /* of all values so far */
	RowSample result_;
};

/* The ERROR that ended the reading, if one did. */
std::optional<ServerError>
TryToRead(steward::Relation &relation, const IndexElements &elements,
		  const std::vector<ColumnNumber> &numbers)
{
	Oid role = SamplingRole(relation.oid);

	if (!OidIsValid(role))
		return std::nullopt;
	return RunSandboxed({role, "pg_catalog, pg_temp"},
						[&]
						{
							auto reader = std::make_unique<SampleReader>(relation, elements, numbers);
							Spi spi;

							/* Fewer rows, then, of the whole table. */
							for (double rows = kRows; !reader->Read(spi, TableSample(spi, relation, rows)) &&
													  reader->rows() > kFewRows;)
							{
								rows = static_cast<double>(reader->rows()) / 2;
								reader = std::make_unique<SampleReader>(relation, elements, numbers);
							}
							relation.sample = reader->Finish();
						});
}

/* What cannot be read, as where a right is missing, must not keep the rest from being read. */
void
SampleTable(steward::Relation &relation, const IndexElements &elements, const std::set<ColumnNumber> &numbers,
			double end)
{
	std::vector<ColumnNumber> wanted;

	for (ColumnNumber number : numbers)
	{
		if (!ExpressionOf(relation, number).empty())
			wanted.push_back(number);
	}

	auto read = [&](const std::vector<ColumnNumber> &some) { return TryToRead(relation, elements, some); };
	std::vector<ColumnNumber> readable = ReadByHalves(wanted, end, read);

	/* Of the same rows. */
	if (readable.size() > relation.sample.columns.size() + relation.sample.conditions.size())
	{
		relation.sample = {};
		read(readable);
	}
}

} // namespace

void
SampleRows(Catalog &catalog, const IndexElements &elements, const SampleRequest &request, double end)
{
	for (const auto &[oid, numbers] : request)
	{
		auto relation = catalog.find(oid);

		if (relation != catalog.end() && SecondsSinceEpoch() < end)
			SampleTable(relation->second, elements, numbers, end);
	}
}

} // namespace steward::pg
