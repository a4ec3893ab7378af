/*-------------------------------------------------------------------------
 *
 * cost_constants.cpp
 *	  The planner's cost constants: those in force, and others for a scope.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/cost_constants.h"

#include "pg/function_call.h"
#include "pg/guard.h"

extern "C"
{
#include "optimizer/optimizer.h"
}

namespace steward::pg
{

namespace
{

struct Constant
{
	const char *name;
	double *value;
};

/* In the order of Resource. */
const Constant kConstants[kCostConstants] = {
	{"seq_page_cost", &seq_page_cost},
	{"random_page_cost", &random_page_cost},
	{"cpu_tuple_cost", &cpu_tuple_cost},
	{"cpu_index_tuple_cost", &cpu_index_tuple_cost},
	{"cpu_operator_cost", &cpu_operator_cost},
	{"parallel_tuple_cost", &parallel_tuple_cost},
	{"parallel_setup_cost", &parallel_setup_cost},
};

/*
 * The variables and not the settings: a setting is changed by a command or a
 * transaction, and what a function's SET takes back is what it found.
 */
void
SetConstants(const Prices &constants)
{
	for (size_t i = 0; i < kCostConstants; i++)
		*kConstants[i].value = constants[i];
}

} // namespace

Prices
CostConstants()
{
	Prices constants = {};

	for (size_t i = 0; i < kCostConstants; i++)
		constants[i] = *kConstants[i].value;
	return constants;
}

std::string_view
CostConstantName(size_t resource)
{
	return kConstants[resource].name;
}

std::string
SetForDatabase(Spi &spi, std::string_view setting, double value)
{
	return spi
		.QueryOne("SELECT format('ALTER DATABASE %I SET %I = %s', current_database(), $1, $2::float8)",
				  {std::string(setting), NumberValue(value)})
		.Text(0);
}

std::string
UndoForDatabase(Spi &spi, std::string_view setting)
{
	return spi
		.QueryOne("SELECT format('ALTER DATABASE %I ', d.datname) || "
				  "coalesce((SELECT format('SET %I = %L', $1, split_part(c, '=', 2)) "
				  "FROM pg_db_role_setting AS s, unnest(s.setconfig) AS c "
				  "WHERE s.setdatabase = d.oid AND s.setrole = 0 AND split_part(c, '=', 1) = $1), "
				  "format('RESET %I', $1)) "
				  "FROM pg_database AS d WHERE d.datname = current_database()",
				  {std::string(setting)})
		.Text(0);
}

ReckoningWith::ReckoningWith(const Prices &constants) : outer_(CostConstants())
{
	SetConstants(constants);
}

ReckoningWith::~ReckoningWith()
{
	SetConstants(outer_);
}

} // namespace steward::pg
