/*-------------------------------------------------------------------------
 *
 * samples.cpp
 *	  Real texts and bind values of statements, a few of each, in shared
 *	  memory.
 *
 * A statement's first executions are kept, and of later ones each with the
 * odds of pg_steward.sample_rate: it then takes the place of a random one with
 * odds that make all executions of the last while equally likely to be there.
 *
 * Locks: the store's LWLock, which a user's statement only ever tries.  That
 * a place is complete is looked at without it: who is wrong about that keeps
 * one sample more or less.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#include "pg/samples.h"

#include "pg/compat.h"
#include "pg/kept_types.h"
#include "pg/settings.h"

extern "C"
{
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "port/pg_bitutils.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
}

#include <cmath>
#include <cstring>

namespace steward::pg
{

namespace
{

constexpr const char *kTranche = "pg_steward samples";

/* Samples kept of a statement. */
constexpr int kKept = 4;

/* Places for statements of the same hash. */
constexpr int kWays = 8;

/* So many sampled executions a sample is expected to stay for. */
constexpr uint32 kMemory = 256;

/* No value longer than this is kept, and none beyond so many. */
constexpr int kLongestValue = 512;
constexpr int kMostValues = 64;

/* What the largest pg_steward.sample_size allows. */
constexpr int kLargestSample = 8192;

/* What is kept of one statement. */
struct Place
{
	uint64 queryid;                /* 0: free; Locks: lock, but is read without */
	Oid role;                      /* Locks: as queryid */
	Oid database;                  /* Locks: as queryid */
	bool complete;                 /* no further execution is kept as one of the first; Locks: as queryid */
	int kept;                      /* Locks: lock */
	uint32 seen;                   /* executions that were candidates; Locks: lock */
	TimestampTz sampled_at;        /* Locks: lock */
	uint32 stamps[kKept];          /* `seen` when each sample was kept; Locks: lock */
	int counted[kKept];            /* of each, how many tables' rows are known; Locks: lock */
	TimestampTz counted_at[kKept]; /* Locks: lock */
	ScanCount scans[kKept][kMostScans]; /* Locks: lock */
};

struct Store
{
	LWLock *lock;               /* set once at start */
	uint32 sets;                /* a power of two; set once at start */
	uint32 sample_size;         /* bytes; set once at start */
	pg_atomic_uint64 contended; /* atomic */
	pg_atomic_uint64 not_kept;  /* atomic */
	Place places[FLEXIBLE_ARRAY_MEMBER];
	/* places[] is followed by kKept samples of sample_size bytes for each of them. */
};

/* How a sample begins; text, search_path and values follow. */
struct SampleHead
{
	uint32 text;   /* bytes */
	uint16 path;   /* bytes */
	uint16 values; /* number */
};

/* How a value begins; its bytes follow. */
struct ValueHead
{
	Oid type;
	int32 length; /* or one of these */
};

/* The server counts from 2000. */
constexpr double kSecondsBetweenEpochs = (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;

constexpr int32 kNullLength = -1;
constexpr int32 kUnknownLength = -2;

Store *store = nullptr;
shmem_request_hook_type previous_request = nullptr;
shmem_startup_hook_type previous_startup = nullptr;

/* Executions of this session until the next that is kept for its luck. */
uint64 countdown = 0;
double drawn_for = -1; /* the rate for which that was drawn */

/* The sample at hand. */
char composed[kLargestSample];

Size
SampleSize()
{
	return MAXALIGN(static_cast<Size>(settings::sample_size_b));
}

uint32
SetsThatFit()
{
	Size one = kWays * (sizeof(Place) + kKept * SampleSize());
	Size room = static_cast<Size>(settings::sample_memory_mb) * 1024 * 1024;

	return room < one ? 0 : pg_prevpower2_32(static_cast<uint32>(Min(room / one, 1U << 20)));
}

Size
StoreSize(uint32 sets)
{
	return MAXALIGN(offsetof(Store, places)) +
		   static_cast<Size>(sets) * kWays * (sizeof(Place) + kKept * SampleSize());
}

uint32
Places()
{
	return store->sets * kWays;
}

char *
SampleAt(const Place *place, int number)
{
	auto *samples = reinterpret_cast<char *>(store) +
					MAXALIGN(offsetof(Store, places) + sizeof(Place) * static_cast<Size>(Places()));
	auto index = static_cast<Size>(place - store->places);

	return samples + (index * kKept + static_cast<Size>(number)) * store->sample_size;
}

/* The first of the places where the statement could be. */
Place *
SetOf(uint64 queryid, Oid role)
{
	uint32 mixed = murmurhash32(static_cast<uint32>(queryid >> 32 ^ queryid) ^ role ^ MyDatabaseId << 16);

	return &store->places[static_cast<Size>(mixed & (store->sets - 1)) * kWays];
}

/* The statement's place; null where it has none. */
Place *
FindPlace(uint64 queryid, Oid role)
{
	Place *set = SetOf(queryid, role);

	for (Place *place = set; place < set + kWays; place++)
	{
		if (place->queryid == queryid && place->role == role && place->database == MyDatabaseId)
			return place;
	}
	return nullptr;
}

/* The same, or the place of the one that was sampled longest ago.  Lock held. */
Place *
TakePlace(uint64 queryid, Oid role)
{
	Place *set = SetOf(queryid, role);
	Place *oldest = FindPlace(queryid, role);

	if (oldest != nullptr)
		return oldest;
	oldest = set;
	for (Place *place = set; place < set + kWays; place++)
	{
		if (place->sampled_at < oldest->sampled_at)
			oldest = place;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->queryid = queryid;
	oldest->role = role;
	oldest->database = MyDatabaseId;
	return oldest;
}

/* So many executions until the next whose luck it is: each has the same odds. */
uint64
DrawCountdown(double rate)
{
	if (rate <= 0)
		return PG_UINT64_MAX;
	if (rate >= 1)
		return 1;
	return 1 + static_cast<uint64>(std::log1p(-pg_prng_double(&pg_global_prng_state)) / std::log1p(-rate));
}

/* Where the value's bytes are, and how many; false where they are not in one piece. */
bool
FindBytes(const ParamExternData *value, const char **bytes, int32 *length)
{
	const KeptType *type = FindKeptType(value->ptype);

	if (type == nullptr)
		return false;
	if (type->by_value)
	{
		*bytes = reinterpret_cast<const char *>(&value->value);
		*length = sizeof(Datum);
		return true;
	}
	*bytes = DatumGetPointer(value->value);
	if (type->length == kVarlenaLength && VARATT_IS_EXTERNAL(*bytes))
		return false;
	*length = type->length == kVarlenaLength ? static_cast<int32>(VARSIZE_ANY(*bytes)) : type->length;
	return *length <= kLongestValue;
}

/* Appends to the sample at hand; false where it does not fit. */
bool
Append(Size *used, const void *bytes, Size length)
{
	if (*used + length > store->sample_size)
		return false;
	memcpy(composed + *used, bytes, length);
	*used += length;
	return true;
}

/* Puts the sample together; false where it is not one to keep. */
bool
Compose(const char *text, int text_length, ParamListInfo parameters, Size *used)
{
	const char *path = namespace_search_path == nullptr ? "" : namespace_search_path;
	SampleHead head = {};

	/* Those are a function's variables. */
	if (parameters != nullptr && (parameters->paramFetch != nullptr || parameters->numParams > kMostValues))
		return false;
	head.text = static_cast<uint32>(text_length > 0 ? strnlen(text, static_cast<Size>(text_length))
													: strnlen(text, store->sample_size));
	head.path = static_cast<uint16>(strnlen(path, store->sample_size));
	head.values = static_cast<uint16>(parameters == nullptr ? 0 : parameters->numParams);
	*used = 0;
	if (!Append(used, &head, sizeof(head)) || !Append(used, text, head.text) ||
		!Append(used, path, head.path))
		return false;
	for (int i = 0; i < head.values; i++)
	{
		const ParamExternData *value = &parameters->params[i];
		ValueHead value_head = {value->ptype, kUnknownLength};
		const char *bytes = nullptr;

		if (value->isnull)
			value_head.length = kNullLength;
		else if (!FindBytes(value, &bytes, &value_head.length))
			value_head.length = kUnknownLength;
		if (!Append(used, &value_head, sizeof(value_head)) ||
			(value_head.length > 0 && !Append(used, bytes, static_cast<Size>(value_head.length))))
			return false;
	}
	return true;
}

/* Where the sample goes: behind the others, or in the place of one of them, or nowhere (-1). */
int
ChooseNumber(const Place *place)
{
	if (place->kept < kKept)
		return place->kept;

	auto number =
		static_cast<int>(pg_prng_uint64_range(&pg_global_prng_state, 0, Min(place->seen, kMemory) - 1));

	return number < kKept ? number : -1;
}

/* Reads what was appended, in the same order; false where it ends before. */
class Reader
{
public:
	Reader(const char *bytes, size_t length) : bytes_(bytes), left_(length) {}

	bool Take(void *to, size_t length)
	{
		if (length > left_)
			return false;
		memcpy(to, bytes_, length);
		bytes_ += length;
		left_ -= length;
		return true;
	}

	bool Take(std::string *to, size_t length)
	{
		if (length > left_)
			return false;
		to->assign(bytes_, length);
		bytes_ += length;
		left_ -= length;
		return true;
	}

private:
	const char *bytes_;
	size_t left_;
};

bool
Decode(const std::string &bytes, StatementSample *sample)
{
	Reader reader(bytes.data(), bytes.size());
	SampleHead head;

	if (!reader.Take(&head, sizeof(head)) || !reader.Take(&sample->text, head.text) ||
		!reader.Take(&sample->search_path, head.path))
		return false;
	for (int i = 0; i < head.values; i++)
	{
		ValueHead value_head;
		SampledValue value;

		if (!reader.Take(&value_head, sizeof(value_head)))
			return false;
		value.type = value_head.type;
		if (value_head.length == kNullLength)
			value.kind = SampledValue::Kind::kNull;
		else if (value_head.length > 0)
		{
			value.kind = SampledValue::Kind::kValue;
			if (!reader.Take(&value.bytes, static_cast<size_t>(value_head.length)))
				return false;
		}
		sample->values.push_back(std::move(value));
	}
	return true;
}

} // namespace

extern "C"
{
static void
OnShmemRequest()
{
	if (previous_request != nullptr)
		previous_request();
	if (SetsThatFit() == 0)
		return;
	RequestAddinShmemSpace(StoreSize(SetsThatFit()));
	RequestNamedLWLockTranche(kTranche, 1);
}

static void
OnShmemStartup()
{
	uint32 sets = SetsThatFit();
	bool found = false;

	if (previous_startup != nullptr)
		previous_startup();
	if (sets == 0)
		return;
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	store = static_cast<Store *>(ShmemInitStruct(kTranche, StoreSize(sets), &found));
	if (!found)
	{
		memset(store, 0, offsetof(Store, places) + sizeof(Place) * static_cast<Size>(sets) * kWays);
		store->lock = &GetNamedLWLockTranche(kTranche)->lock;
		store->sets = sets;
		store->sample_size = static_cast<uint32>(SampleSize());
		pg_atomic_init_u64(&store->contended, 0);
		pg_atomic_init_u64(&store->not_kept, 0);
	}
	LWLockRelease(AddinShmemInitLock);
}
}

void
RequestSampleMemory()
{
	previous_request = shmem_request_hook;
	shmem_request_hook = OnShmemRequest;
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = OnShmemStartup;
}

bool
KeepsSamples()
{
	return store != nullptr;
}

bool
WantsSample(uint64_t queryid)
{
	if (store == nullptr || !settings::sample_values)
		return false;
	if (drawn_for != settings::sample_rate)
	{
		drawn_for = settings::sample_rate;
		countdown = DrawCountdown(drawn_for);
	}
	if (--countdown == 0)
	{
		countdown = DrawCountdown(drawn_for);
		return true;
	}

	const Place *place = FindPlace(queryid, GetUserId());

	return place == nullptr || !place->complete;
}

SampleTicket
KeepSample(uint64_t queryid, const char *text, int length, ParamListInfo parameters)
{
	SampleTicket ticket = {0, -1, 0, InvalidOid};
	Size used = 0;
	bool fits = Compose(text, length, parameters, &used);

	if (!fits)
		pg_atomic_fetch_add_u64(&store->not_kept, 1);
	if (!LWLockConditionalAcquire(store->lock, LW_EXCLUSIVE))
	{
		pg_atomic_fetch_add_u64(&store->contended, 1);
		return ticket;
	}

	Place *place = TakePlace(queryid, GetUserId());

	place->seen++;
	place->sampled_at = GetCurrentStatementStartTimestamp();
	if (fits)
	{
		int number = ChooseNumber(place);

		if (number >= 0)
		{
			memcpy(SampleAt(place, number), composed, used);
			place->stamps[number] = place->seen;
			place->counted[number] = 0;
			ticket = {static_cast<uint32>(place - store->places), number, place->seen, place->role};
		}
		if (number == place->kept)
			place->kept++;
	}
	/* One that does not fit is not tried again each time. */
	place->complete = place->kept == kKept || !fits;
	LWLockRelease(store->lock);
	return ticket;
}

void
KeepRowCounts(const SampleTicket &ticket, uint64_t queryid, const ScanCount *counts, int used)
{
	if (!LWLockConditionalAcquire(store->lock, LW_EXCLUSIVE))
	{
		pg_atomic_fetch_add_u64(&store->contended, 1);
		return;
	}

	Place *place = &store->places[ticket.place];

	if (place->queryid == queryid && place->database == MyDatabaseId && place->role == ticket.role &&
		place->stamps[ticket.number] == ticket.seen)
	{
		memcpy(place->scans[ticket.number], counts, sizeof(*counts) * static_cast<Size>(used));
		place->counted[ticket.number] = used;
		place->counted_at[ticket.number] = GetCurrentStatementStartTimestamp();
	}
	LWLockRelease(store->lock);
}

std::vector<StatementSample>
ReadSamples(const StatementKey &key)
{
	std::vector<StatementSample> samples;
	std::vector<std::string> copies;
	Place copied = {};

	if (store == nullptr)
		return samples;
	copies.assign(kKept, std::string(store->sample_size, '\0'));

	int kept = 0;

	LWLockAcquire(store->lock, LW_SHARED);
	if (const Place *place = FindPlace(static_cast<uint64>(key.queryid), key.userid))
	{
		kept = place->kept;
		copied = *place;
		for (int i = 0; i < kept; i++)
			memcpy(copies[static_cast<size_t>(i)].data(), SampleAt(place, i), store->sample_size);
	}
	LWLockRelease(store->lock);
	for (int i = 0; i < kept; i++)
	{
		StatementSample sample;

		if (!Decode(copies[static_cast<size_t>(i)], &sample))
			continue;
		for (int j = 0; j < copied.counted[i]; j++)
			sample.rows.push_back(
				{copied.scans[i][j].relation, copied.scans[i][j].planned, copied.scans[i][j].actual,
				 static_cast<double>(copied.counted_at[i]) / USECS_PER_SEC + kSecondsBetweenEpochs});
		samples.push_back(std::move(sample));
	}
	return samples;
}

SampleCounts
CountSamples()
{
	SampleCounts counts;

	if (store == nullptr)
		return counts;
	LWLockAcquire(store->lock, LW_SHARED);
	for (uint32 i = 0; i < Places(); i++)
	{
		const Place *place = &store->places[i];

		if (place->queryid == 0 || place->database != MyDatabaseId || place->kept == 0)
			continue;
		counts.statements++;
		counts.samples += place->kept;
	}
	LWLockRelease(store->lock);
	counts.contended = static_cast<int64_t>(pg_atomic_read_u64(&store->contended));
	counts.not_kept = static_cast<int64_t>(pg_atomic_read_u64(&store->not_kept));
	return counts;
}

} // namespace steward::pg
