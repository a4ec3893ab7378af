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

/* Puts the action into the queue and commits.  Of a procedure. */
void RequestAction(pg::Spi &spi, int64_t id, ActionEvent event);

/*
 * Waits until the action has left the queue and ended, with NOTICEs of its
 * progress, holding no snapshot meanwhile.  A Refusal where it failed or was
 * postponed.
 */
void AwaitAction(pg::Spi &spi, int64_t id, ActionEvent event);

/*
 * Takes the action out of the queue, or cancels its worker and waits until that
 * has cleaned up; commits.  A Refusal where it is not at work.  Of a procedure.
 */
void CancelAction(pg::Spi &spi, int64_t id);

} // namespace steward
