/*-------------------------------------------------------------------------
 *
 * index_pages.cpp
 *	  What stands on the pages of a btree index.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/index_pages.h"

extern "C"
{
#include "access/genam.h"
#include "access/nbtree.h"
#include "access/relation.h"
#include "catalog/pg_am.h"
#include "commands/vacuum.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/sampling.h"
}

namespace steward::pg
{

namespace
{

/* The same each time, so that a figure changes only where the index did. */
constexpr uint32 kSeed = 20260;

/* The first one says where the root is. */
constexpr BlockNumber kFirstPage = 1;

void
LookAtPage(::Relation index, BlockNumber block, BufferAccessStrategy strategy, PageSample *sample)
{
	Buffer buffer = ReadBufferExtended(index, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
	Page page;

	LockBuffer(buffer, BT_READ);
	page = BufferGetPage(buffer);
	sample->looked_at++;
	if (PageIsNew(page) || P_IGNORE(BTPageGetOpaque(page)))
		sample->unused++;
	else if (P_ISLEAF(BTPageGetOpaque(page)))
	{
		sample->leaf_bytes += reinterpret_cast<PageHeader>(page)->pd_special - SizeOfPageHeaderData;
		sample->free_bytes += static_cast<double>(PageGetExactFreeSpace(page));
	}
	UnlockReleaseBuffer(buffer);
}

/* Nothing here is ours to free: the memory and the buffers go with the transaction where this fails. */
bool
Sample(Oid oid, uint32 most, PageSample *sample)
{
	::Relation index;
	BufferAccessStrategy strategy;
	BlockSamplerData sampler;
	BlockNumber pages;

	if (!ConditionalLockRelationOid(oid, AccessShareLock))
		return false;
	index = try_relation_open(oid, NoLock);
	if (index == nullptr || index->rd_rel->relkind != RELKIND_INDEX || index->rd_rel->relam != BTREE_AM_OID ||
		RELATION_IS_OTHER_TEMP(index))
	{
		if (index != nullptr)
			relation_close(index, NoLock);
		UnlockRelationOid(oid, AccessShareLock);
		return false;
	}
	pages = RelationGetNumberOfBlocks(index);
	strategy = GetAccessStrategy(BAS_BULKREAD);
	sample->pages = pages > kFirstPage ? pages - kFirstPage : 0;
	sample->fillfactor = BTGetFillFactor(index);
	(void) BlockSampler_Init(&sampler, static_cast<BlockNumber>(sample->pages), static_cast<int>(most),
							 kSeed);
	while (BlockSampler_HasMore(&sampler))
	{
		CHECK_FOR_INTERRUPTS();
		LookAtPage(index, kFirstPage + BlockSampler_Next(&sampler), strategy, sample);
	}
	FreeAccessStrategy(strategy);
	relation_close(index, AccessShareLock);
	return true;
}

} // namespace

std::optional<PageSample>
SampleBtreePages(Oid index, uint32 most)
{
	PageSample sample;
	bool done = false;

	Guarded([&] { done = Sample(index, most, &sample); });
	return done ? std::optional(sample) : std::nullopt;
}

} // namespace steward::pg
