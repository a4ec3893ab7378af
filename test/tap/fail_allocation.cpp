/*-------------------------------------------------------------------------
 *
 * fail_allocation.cpp
 *	  An operator new that fails when told to; preloaded (LD_PRELOAD) into a
 *	  postmaster by 011_out_of_memory.pl.
 *
 * The switch lies in memory that the postmaster shares with its children.
 *
 *-------------------------------------------------------------------------
 */
#include <execinfo.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>

namespace
{

struct Switch
{
	volatile int pid;         /* whose allocations fail; 0: those of the next process that starts */
	volatile long left;       /* allocations until one fails */
	volatile bool for_good;   /* all after it fail too */
	volatile long generation; /* counts the times that 0 was given as pid */
};

Switch *control = nullptr;
long born = -1; /* the generation at our fork */

void
NoteBirth()
{
	born = control->generation;
}

/* Where it was that nobody could take the exception. */
void
TellWhere()
{
	void *frames[64];

	backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
	abort();
}

__attribute__((constructor)) void
Prepare()
{
	void *memory = mmap(nullptr, sizeof(Switch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	control = static_cast<Switch *>(memory);
	std::set_terminate(TellWhere);
	pthread_atfork(nullptr, nullptr, NoteBirth);
}

bool
IsMeant()
{
	if (control == nullptr || (control->left <= 0 && !control->for_good))
		return false;
	return control->pid == 0 ? born == control->generation && born > 0 : control->pid == getpid();
}

} // namespace

extern "C" long
steward_fail_allocation(int pid, long n)
{
	long left = control->left;

	control->left = 0;
	control->for_good = false;
	control->pid = pid;
	if (n != 0 && pid == 0)
		control->generation = control->generation + 1;
	if (n != 0)
	{
		control->left = n > 0 ? n : -n;
		control->for_good = n < 0;
	}
	return left;
}

extern "C" long
steward_allocations_left()
{
	return control->left;
}

void *
operator new(std::size_t size)
{
	if (IsMeant())
	{
		if (control->left > 0)
			control->left = control->left - 1;
		if (control->left == 0)
			throw std::bad_alloc();
	}

	void *memory = malloc(size > 0 ? size : 1);

	if (memory == nullptr)
		throw std::bad_alloc();
	return memory;
}

void
operator delete(void *memory) noexcept
{
	free(memory);
}

void
operator delete(void *memory, std::size_t) noexcept
{
	free(memory);
}
