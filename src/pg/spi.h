/*-------------------------------------------------------------------------
 *
 * spi.h
 *	  Our own SQL inside the server: text in, text out.
 *
 * Every statement of ours runs with search_path pg_catalog, pg_temp, so that
 * no name of ours resolves to somebody else's object.  Parameters are text
 * (NULL for nullopt) and cast in the statement: $1::bigint.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "access/htup.h"
#include "access/tupdesc.h"
}

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace steward::pg
{

using Value = std::optional<std::string>;

class Row
{
public:
	explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

	bool IsNull(size_t column) const { return !values_[column].has_value(); }
	std::string Text(size_t column) const { return values_[column].value_or(""); }
	int64_t Integer(size_t column) const;
	uint32_t ObjectId(size_t column) const { return static_cast<uint32_t>(Integer(column)); }
	double Number(size_t column) const;
	bool Bool(size_t column) const { return values_[column] == "t"; }

private:
	std::vector<Value> values_;
};

using Rows = std::vector<Row>;

/*
 * A connection to SPI for a scope.  Who the statements run as is the
 * caller's business: see ActingAs.
 */
class Spi
{
public:
	enum class Kind
	{
		kAtomic,
		kNonAtomic, /* of a procedure that commits */
	};

	explicit Spi(Kind kind = Kind::kAtomic);
	~Spi();
	Spi(const Spi &) = delete;
	Spi &operator=(const Spi &) = delete;

	Rows Query(const std::string &sql, const std::vector<Value> &parameters = {});

	/*
	 * Shows the rows as the server's own, which no text could stand for, a few
	 * at a time, until `visit` says that it has enough: true.  They live until
	 * it returns.  `visit` may not use this connection.
	 */
	void Visit(const std::string &sql, const std::function<bool(HeapTuple row, TupleDesc descriptor)> &visit);

	/* A query that names no object, under the search_path in force. */
	void QueryInPlace(const std::string &sql);

	/* The only row; an error of ours where there is none. */
	Row QueryOne(const std::string &sql, const std::vector<Value> &parameters = {});

	/* Number of rows changed. */
	uint64_t Execute(const std::string &sql, const std::vector<Value> &parameters = {});

	/* Of a non-atomic connection: commits and starts a new transaction, without a snapshot. */
	void Commit();

private:
	int exceptions_at_start_;
};

/* "t"/"f" */
Value BoolValue(bool value);

} // namespace steward::pg
