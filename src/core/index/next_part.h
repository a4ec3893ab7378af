/*-------------------------------------------------------------------------
 *
 * next_part.h
 *	  An index of a partitioned table as the parts that it is built from, and
 *	  which of them comes next.
 *
 * The server builds such an index concurrently only by hand: that of each
 * partition, then an empty one of each partitioned table, which those below are
 * attached to.  It is valid when the last one is.  What comes next follows from
 * what is there alone, so who was interrupted goes on, and partitions that come
 * or go meanwhile are no special case.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/relation.h"

namespace steward
{

/* The index of the table itself or of one of its partitions. */
struct IndexPart
{
	Partition table;       /* the table itself: parent is 0 */
	std::string name;      /* of our index on it, as it is or is to be; empty: none yet */
	bool strayed = false;  /* the table is no longer one of the partitions */
	bool foreign = false;  /* it can have no index */
	bool there = false;    /* our index */
	bool valid = false;    /* so is it; of a partitioned table: when all below is attached */
	bool attached = false; /* our index or another one is part of the index above */
};

enum class PartStep
{
	kBuild,       /* concurrently */
	kCreateEmpty, /* of a partitioned table, on nothing but itself */
	kAttach,      /* to the index above */
	kRemove,      /* concurrently */
	kRemoveWhole, /* of a partitioned table, with all that is attached to it */
};

struct NextPart
{
	PartStep step = PartStep::kBuild;
	size_t part = 0;
};

/*
 * Towards the whole index; nothing when it is there as far as its parts are.
 * `parts` has upper levels first.  The indexes of partitions come before those of
 * partitioned tables, so that until then nothing has to be locked against writers.
 */
std::optional<NextPart> NextToBuild(const std::vector<IndexPart> &parts);

/* Towards nothing of it; nothing when none is left. */
std::optional<NextPart> NextToRemove(const std::vector<IndexPart> &parts);

} // namespace steward
