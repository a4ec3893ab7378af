/*-------------------------------------------------------------------------
 *
 * spi.cpp
 *	  Our own SQL inside the server: text in, text out.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/spi.h"

extern "C"
{
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
}

#include <cstdlib>
#include <exception>

namespace steward::pg
{

namespace
{

constexpr const char *kSearchPath = "pg_catalog, pg_temp";

constexpr long kRowsAtATime = 100;

/* Copies SPI's result out; everything called here may raise. */
void
CopyResult(std::vector<std::vector<Value>> *rows)
{
	SPITupleTable *table = SPI_tuptable;

	if (table == nullptr)
		return;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		rows->emplace_back();
		for (int column = 1; column <= table->tupdesc->natts; column++)
		{
			char *text = SPI_getvalue(table->vals[i], table->tupdesc, column);

			if (text == nullptr)
				rows->back().emplace_back(std::nullopt);
			else
			{
				rows->back().emplace_back(text);
				pfree(text);
			}
		}
	}
	SPI_freetuptable(table);
}

/* Runs body, C code, under our own search_path. */
template <typename Body>
void
InSearchPath(Body &&body)
{
	int nest_level = NewGUCNestLevel();

	(void) set_config_option("search_path", kSearchPath, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
	body();
	AtEOXact_GUC(false, nest_level);
}

/* Runs sql with text parameters under our own search_path. */
uint64_t
Run(const std::string &sql, const std::vector<Value> &parameters, std::vector<std::vector<Value>> *rows)
{
	uint64_t processed = 0;

	Guarded(
		[&]
		{
			int count = static_cast<int>(parameters.size());
			auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * (count + 1)));
			auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (count + 1)));
			auto *nulls = static_cast<char *>(palloc(count + 1));
			int code = 0;

			for (int i = 0; i < count; i++)
			{
				types[i] = TEXTOID;
				nulls[i] = parameters[i] ? ' ' : 'n';
				values[i] = parameters[i] ? CStringGetTextDatum(parameters[i]->c_str()) : (Datum) 0;
			}
			nulls[count] = '\0';

			InSearchPath(
				[&] { code = SPI_execute_with_args(sql.c_str(), count, types, values, nulls, false, 0); });
			if (code < 0)
				elog(ERROR, "SPI returned %s for: %s", SPI_result_code_string(code), sql.c_str());
			processed = SPI_processed;
			if (rows != nullptr)
				CopyResult(rows);
		});
	return processed;
}

Rows
ToRows(std::vector<std::vector<Value>> values)
{
	Rows rows;

	rows.reserve(values.size());
	for (std::vector<Value> &row : values)
		rows.emplace_back(std::move(row));
	return rows;
}

} // namespace

int64_t
Row::Integer(size_t column) const
{
	return values_[column] ? strtoll(values_[column]->c_str(), nullptr, 10) : 0;
}

double
Row::Number(size_t column) const
{
	return values_[column] ? strtod(values_[column]->c_str(), nullptr) : 0;
}

Value
BoolValue(bool value)
{
	return value ? "t" : "f";
}

Spi::Spi(Kind kind) : exceptions_at_start_(std::uncaught_exceptions())
{
	Guarded(
		[&]
		{
			if (SPI_connect_ext(kind == Kind::kNonAtomic ? SPI_OPT_NONATOMIC : 0) != SPI_OK_CONNECT)
				elog(ERROR, "SPI_connect failed");
		});
}

void
Spi::Commit()
{
	Guarded([] { SPI_commit(); });
}

Spi::~Spi()
{
	/* While an exception unwinds, the abort of the (sub)transaction cleans SPI up. */
	if (std::uncaught_exceptions() == exceptions_at_start_)
		SPI_finish();
}

Rows
Spi::Query(const std::string &sql, const std::vector<Value> &parameters)
{
	std::vector<std::vector<Value>> values;

	Run(sql, parameters, &values);
	return ToRows(std::move(values));
}

void
Spi::Visit(const std::string &sql, const std::function<bool(HeapTuple row, TupleDesc descriptor)> &visit)
{
	Portal portal = nullptr;
	bool enough = false;

	Guarded(
		[&]
		{
			InSearchPath(
				[&]
				{
					portal = SPI_cursor_open_with_args(nullptr, sql.c_str(), 0, nullptr, nullptr, nullptr,
													   true, CURSOR_OPT_NO_SCROLL);
				});
		});
	for (;;)
	{
		SPITupleTable *table = nullptr;
		uint64_t rows = 0;

		Guarded(
			[&]
			{
				InSearchPath([&] { SPI_cursor_fetch(portal, true, kRowsAtATime); });
				table = SPI_tuptable;
				rows = SPI_processed;
			});
		for (uint64_t i = 0; i < rows && !enough; i++)
			enough = visit(table->vals[i], table->tupdesc);
		Guarded([&] { SPI_freetuptable(table); });
		if (enough || rows < static_cast<uint64_t>(kRowsAtATime))
			break;
	}
	Guarded([&] { SPI_cursor_close(portal); });
}

void
Spi::QueryInPlace(const std::string &sql)
{
	Guarded(
		[&]
		{
			int code = SPI_execute(sql.c_str(), false, 0);

			if (code < 0)
				elog(ERROR, "SPI returned %s for: %s", SPI_result_code_string(code), sql.c_str());
		});
}

Row
Spi::QueryOne(const std::string &sql, const std::vector<Value> &parameters)
{
	Rows rows = Query(sql, parameters);

	if (rows.size() != 1)
		throw Refusal({sqlstate::kInternalError, "a query of pg_steward returned no single row", sql, ""});
	return rows.front();
}

uint64_t
Spi::Execute(const std::string &sql, const std::vector<Value> &parameters)
{
	return Run(sql, parameters, nullptr);
}

} // namespace steward::pg
