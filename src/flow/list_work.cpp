/*-------------------------------------------------------------------------
 *
 * list_work.cpp
 *	  What the steward is at, and what waits for its turn.
 *
 * Server.  Reads only.
 *
 *-------------------------------------------------------------------------
 */
#include "flow/list_work.h"

#include "base/text.h"
#include "pg/activity.h"

namespace steward
{

namespace
{

std::string
DescribeBlockers(pg::Spi &spi)
{
	std::vector<std::string> texts;

	for (const pg::Blocker &blocker : pg::BlockersOfAction(spi))
		texts.push_back(blocker.text);
	return Join(texts, ", ");
}

} // namespace

std::vector<Work>
ListWork(pg::Spi &spi)
{
	std::vector<Work> list;

	for (const pg::Row &row :
		 spi.Query("SELECT a.id, a.kind, a.target, a.status, a.updated_at::timestamptz(0), a.relation,"
				   "       (SELECT j.error FROM steward.journal AS j WHERE j.action = a.id"
				   "         ORDER BY j.id DESC LIMIT 1)"
				   "  FROM steward.actions AS a"
				   " WHERE a.status IN ('queued', 'running', 'revert_queued', 'reverting')"
				   " ORDER BY a.status IN ('queued', 'revert_queued'), a.priority, a.id"))
	{
		Work work = {row.Integer(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), "", "", row.Text(6)};

		if (work.status == "running" || work.status == "reverting")
		{
			work.progress = pg::BuildProgress(spi, row.ObjectId(5));
			work.waits_for = DescribeBlockers(spi);
		}
		list.push_back(std::move(work));
	}
	return list;
}

} // namespace steward
