/*-------------------------------------------------------------------------
 *
 * forget_history.h
 *	  Keep the steward's own tables within pg_steward.max_storage.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

namespace steward
{

/*
 * Ended actions older than pg_steward.journal_retention; and, where the tables
 * are larger than pg_steward.max_storage, what is oldest.  In a transaction, as
 * the extension's owner.
 */
void ForgetHistory();

} // namespace steward
