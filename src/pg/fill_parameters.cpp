/*-------------------------------------------------------------------------
 *
 * fill_parameters.cpp
 *	  Values for parameters that nobody saw, from what the server knows of the
 *	  columns they are compared with.
 *
 * Which parameters there are and which values their columns have is found in
 * the server's structures; here they become the model's, and the chosen ones
 * values to plan with.
 *
 * Server.  Locks: see AnalyzedQuery::Examine.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/fill_parameters.h"

#include "pg/find_parameters.h"
#include "pg/kept_types.h"

extern "C"
{
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace steward::pg
{

namespace
{

/* Of a pattern at least so many characters are given. */
constexpr int kShortestPrefix = 3;

/* What is to be found where. */
struct Search
{
	MemoryContext keep;
	List *uses; /* of FoundUse, by number */
};

void
SearchTree(Query *tree, void *argument)
{
	auto *search = static_cast<Search *>(argument);
	MemoryContext outer = MemoryContextSwitchTo(search->keep);

	search->uses = FindParameters(tree);
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
PrefixOf(const ColumnValues &values, int place)
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
