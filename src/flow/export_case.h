/*-------------------------------------------------------------------------
 *
 * export_case.h
 *	  Advice as a case that can be replayed without this server.
 *
 * Reads only.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <optional>

#include "core/index/advice_case.h"
#include "model/action.h"

namespace steward
{

enum class CaseValues
{
	kRedacted,
	kIncluded,
};

/*
 * Advises anew, on all of the observed workload or on what has to do with an
 * action: the statements it was advised for, and the others on their tables.
 */
AdviceCase ExportCase(const std::optional<Action> &action, CaseValues values);

} // namespace steward
