/*-------------------------------------------------------------------------
 *
 * function_call.h
 *	  The arguments and results of an SQL function, as C++ values.
 *
 * Results are given as text and read by the input functions of their types,
 * so that one way serves arrays, jsonb, regclass and numbers alike.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

#include <optional>
#include <string>
#include <vector>

#include "model/object_id.h"
#include "pg/spi.h"

namespace steward::pg
{

/* The arguments of a call; nothing where one is NULL. */
class Arguments
{
public:
	explicit Arguments(FunctionCallInfo call) : call_(call) {}

	std::optional<std::string> Text(int number) const;
	std::optional<int64_t> Integer(int number) const; /* bigint */
	std::optional<int32_t> Integer4(int number) const;
	std::optional<bool> Bool(int number) const;
	std::optional<double> Timestamp(int number) const; /* timestamptz, in seconds since 1970 */
	std::optional<std::vector<std::optional<std::string>>> TextArray(int number) const;
	std::optional<std::vector<ObjectId>> OidArray(int number) const;

private:
	bool IsNull(int number) const { return call_->args[number].isnull; }

	FunctionCallInfo call_;
};

/* A build would wait for our own transaction, and we for the build. */
void RequireNoTransactionBlock(FunctionCallInfo fcinfo, const char *call);

/* "{…}" with each value quoted. */
std::string ArrayLiteral(const std::vector<std::string> &values);

Value NumberValue(double value);
Value IntegerValue(int64_t value);

/* A timestamptz from seconds since 1970, in UTC. */
Value TimestampValue(double seconds);

/* The rows of a set-returning function. */
class ResultSet
{
public:
	explicit ResultSet(FunctionCallInfo call);

	void AddRow(const std::vector<Value> &values);

private:
	FunctionCallInfo call_;
};

/* The only row of a function or procedure that returns a record. */
Datum MakeRow(FunctionCallInfo call, const std::vector<Value> &values);

Datum MakeText(const std::string &text);

/* A jsonb. */
Datum MakeJson(const std::string &text);

} // namespace steward::pg
