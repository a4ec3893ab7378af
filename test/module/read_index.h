/*-------------------------------------------------------------------------
 *
 * read_index.h
 *	  A CREATE INDEX statement as the definition that the advice deals with.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <string>

#include "model/index_definition.h"
#include "pg/index_elements.h"

namespace steward
{

/* Registers its expressions, operator classes and condition. */
IndexDefinition ReadIndex(const std::string &text, pg::IndexElements &elements);

} // namespace steward
