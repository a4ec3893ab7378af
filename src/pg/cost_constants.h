/*-------------------------------------------------------------------------
 *
 * cost_constants.h
 *	  The planner's cost constants: those in force, and others for a scope.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>
#include <string_view>

#include "model/consumption.h"
#include "pg/spi.h"

namespace steward::pg
{

/* seq_page_cost and the others, as this session has them; what has no constant is 0. */
Prices CostConstants();

/* The setting that is the price of that resource. */
std::string_view CostConstantName(size_t resource);

/* "ALTER DATABASE … SET …", and what takes it back to how it is now. */
std::string SetForDatabase(Spi &spi, std::string_view setting, double value);
std::string UndoForDatabase(Spi &spi, std::string_view setting);

/* Has the planner reckon with other constants for a scope, without changing a setting. */
class ReckoningWith
{
public:
	explicit ReckoningWith(const Prices &constants);
	~ReckoningWith();
	ReckoningWith(const ReckoningWith &) = delete;
	ReckoningWith &operator=(const ReckoningWith &) = delete;

private:
	Prices outer_;
};

} // namespace steward::pg
