/*-------------------------------------------------------------------------
 *
 * raii.h
 *	  Server resources that are released where their scope ends.
 *
 * Only what can be released without raising an ERROR is here, so that it may
 * be released while an exception unwinds too.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <memory>

#include "pg/guard.h"

extern "C"
{
#include "miscadmin.h"
#include "utils/memutils.h"
}

namespace steward::pg
{

/*
 * A memory context of our own, for server structures that live as long as a
 * C++ object.  A child of TopMemoryContext: the object's destructor ends it,
 * never the end of a transaction or of an SPI connection.
 */
class OwnedMemoryContext
{
public:
	/* `name` must be a string constant: the server keeps the pointer. */
	explicit OwnedMemoryContext(const char *name)
	{
		Guarded(
			[&]
			{ context_ = AllocSetContextCreateInternal(TopMemoryContext, name, ALLOCSET_DEFAULT_SIZES); });
	}

	/* One of thousands, of which each keeps a little: without the room that the usual kind has to spare. */
	static std::unique_ptr<OwnedMemoryContext> MakeSmall(const char *name)
	{
		MemoryContext context = nullptr;

		Guarded([&] { context = GenerationContextCreate(TopMemoryContext, name, ALLOCSET_SMALL_SIZES); });
		return std::unique_ptr<OwnedMemoryContext>(new OwnedMemoryContext(context));
	}

	~OwnedMemoryContext() { MemoryContextDelete(context_); }
	OwnedMemoryContext(const OwnedMemoryContext &) = delete;
	OwnedMemoryContext &operator=(const OwnedMemoryContext &) = delete;

	MemoryContext get() const { return context_; }

private:
	explicit OwnedMemoryContext(MemoryContext context) : context_(context) {}

	MemoryContext context_ = nullptr;
};

/* CurrentMemoryContext for a scope. */
class SwitchedContext
{
public:
	explicit SwitchedContext(MemoryContext context) : outer_(MemoryContextSwitchTo(context)) {}
	~SwitchedContext() { MemoryContextSwitchTo(outer_); }
	SwitchedContext(const SwitchedContext &) = delete;
	SwitchedContext &operator=(const SwitchedContext &) = delete;

private:
	MemoryContext outer_;
};

/* Acts as another role for a scope. */
class ActingAs
{
public:
	ActingAs(Oid role, int security_flags)
	{
		GetUserIdAndSecContext(&outer_role_, &outer_context_);
		SetUserIdAndSecContext(role, outer_context_ | security_flags);
	}
	~ActingAs() { SetUserIdAndSecContext(outer_role_, outer_context_); }
	ActingAs(const ActingAs &) = delete;
	ActingAs &operator=(const ActingAs &) = delete;

private:
	Oid outer_role_ = InvalidOid;
	int outer_context_ = 0;
};

} // namespace steward::pg
