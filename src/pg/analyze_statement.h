/*-------------------------------------------------------------------------
 *
 * analyze_statement.h
 *	  Parse analysis that runs nobody's code.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "pg/guard.h"

extern "C"
{
#include "nodes/parsenodes.h"
}

namespace steward::pg
{

/*
 * Analyses a SELECT, INSERT, UPDATE, DELETE or MERGE with the rights in force,
 * also the one within DECLARE CURSOR, CREATE TABLE AS, SELECT INTO, COPY or
 * PREPARE; null for anything else.  Changes `statement`.
 *
 * `types` are those of the first `count` parameters; InvalidOid where they are
 * not known.
 *
 * Types that people make of domains (arrays, rows, ranges) check the domains'
 * constraints as soon as a string literal is read.  Such literals become
 * parameters of their type, about whose value nothing is known; all others
 * become the constants they are.  C-like.
 */
Query *AnalyzeStatement(RawStmt *statement, const char *text, const Oid *types, int count);

} // namespace steward::pg
