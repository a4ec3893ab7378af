/*-------------------------------------------------------------------------
 *
 * unique_duty.h
 *	  Which unique indexes are alone in keeping values unique.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

namespace steward::pg
{

/*
 * Joins unique_duty.alone to pg_index AS i and pg_class AS c: false also of a unique
 * index beside one that keeps the same values unique and stays.  That is a
 * constraint's, else the oldest, so that of several one always remains.  ON CONFLICT
 * (column) and the planner's proofs of uniqueness take whichever is there, but none
 * that is deferrable.  The name in the error of a duplicate value becomes that of the
 * one that stays.  Of expressions all counts but where in its text each stood;
 * pg_get_expr() would wait for who has locked the table.
 */
constexpr const char *kJoinUniqueDuty = R"(
 CROSS JOIN LATERAL (SELECT i.indisunique AND (i.indisprimary OR NOT EXISTS
         (SELECT FROM pg_index AS o
            JOIN pg_class AS oc ON oc.oid = o.indexrelid
           WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid
             AND o.indisunique AND o.indimmediate AND o.indisvalid AND o.indisready AND o.indislive
             AND oc.relam = c.relam AND o.indnkeyatts = i.indnkeyatts AND o.indnullsnotdistinct = i.indnullsnotdistinct
             AND o.indkey::text = i.indkey::text AND o.indclass::text = i.indclass::text
             AND o.indcollation::text = i.indcollation::text AND o.indoption::text = i.indoption::text
             AND regexp_replace(o.indexprs::text, ':location -?[0-9]+', '', 'g')
                 IS NOT DISTINCT FROM regexp_replace(i.indexprs::text, ':location -?[0-9]+', '', 'g')
             AND regexp_replace(o.indpred::text, ':location -?[0-9]+', '', 'g')
                 IS NOT DISTINCT FROM regexp_replace(i.indpred::text, ':location -?[0-9]+', '', 'g')
             AND (o.indexrelid < i.indexrelid
                  OR EXISTS (SELECT FROM pg_constraint
                              WHERE conrelid = o.indrelid AND conindid = o.indexrelid AND contype IN ('p', 'u'))))) AS alone)
       AS unique_duty)";

} // namespace steward::pg
