/*-------------------------------------------------------------------------
 *
 * request_action.h
 *	  Ask for an action to be carried out, and wait for it.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstdint>

#include "core/action/change_status.h"
#include "pg/spi.h"

namespace steward
{

/* A Refusal while the steward is stopped. */
void RequireNotStopped();

/* Has the action done in the next maintenance window.  A Refusal as of RequestAction(). */
void ApproveAction(pg::Spi &spi, int64_t id);

/* Puts the action into the queue and commits.  Of a procedure. */
void RequestAction(pg::Spi &spi, int64_t id, ActionEvent event);

/*
 * Waits until the action has left the queue and ended, with NOTICEs of its
 * progress, holding no snapshot meanwhile.  A Refusal where it failed or was
 * postponed.
 */
void AwaitAction(pg::Spi &spi, int64_t id, ActionEvent event);

/*
 * Takes back what was done since that moment, the newest first, and waits for
 * each if asked to.  What cannot be taken back is told and left, and is a Refusal
 * in the end.  Of a procedure.
 */
void RevertSince(pg::Spi &spi, double seconds_since_epoch, bool wait);

/*
 * Takes the action out of the queue, or cancels its worker and waits until that
 * has cleaned up; commits.  A Refusal where it is not at work.  Of a procedure.
 */
void CancelAction(pg::Spi &spi, int64_t id);

/* What could not be applied. */
struct Failure
{
	int64_t action = 0;
	Error error;
};

/*
 * Applies them one after the other and waits for each, but leaves to people what a
 * person has to ask for by its id; a failure, which is told as a NOTICE, costs the one
 * that failed.  `applied` becomes the ids of the others.
 */
std::vector<Failure> ApplyEach(pg::Spi &spi, const std::vector<Action> &actions,
							   std::vector<int64_t> &applied);

} // namespace steward
