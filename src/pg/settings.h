/*-------------------------------------------------------------------------
 *
 * settings.h
 *	  The settings pg_steward.*, as the server keeps them.
 *
 * One table in settings.cpp defines them; docs/settings.md documents them.
 *
 * Server.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include "model/action_kind.h"

namespace steward::pg
{

enum class Mode
{
	kOff,
	kObserve,
	kAdvise,
	kAuto,
};

enum class WhatIfSizes
{
	kSteward,
	kHypopg,
};

/* Read where they are used: a reload may change them at any CHECK_FOR_INTERRUPTS. */
namespace settings
{
extern bool accept_publication;
extern int advice_time_limit_ms;
extern char *auto_actions;
extern int bloat_min_size_mb;
extern double bloat_threshold;
extern char *home_database;
extern bool hooks;
extern int index_max_columns;
extern int index_storage_budget_mb; /* -1: the larger of 256 MB and 20 % of the database */
extern int journal_retention_min;
extern int lock_retries;
extern int lock_timeout_ms;
extern int maintenance_interval_min;
extern char *maintenance_window;
extern int max_index_size_mb;  /* 0: no limit */
extern int max_replica_lag_mb; /* 0: no limit */
extern int max_storage_mb;
extern int max_workers;
extern int min_calls;
extern int min_free_space_mb;
extern int mode; /* Mode */
extern int old_transaction_limit_s;
extern int planning_timeout_ms;
extern int quarantine_time_min;
extern int retry_after_min;
extern int unused_after_min;
extern int round_interval_s;
extern int sample_memory_mb;
extern double sample_rate;
extern int sample_size_b;
extern bool sample_values;
extern char *standbys;
extern int verify_wait_s;
extern int what_if_sizes; /* WhatIfSizes */
extern int workload_interval_s;
extern int workload_window_min;
} // namespace settings

Mode CurrentMode();

/* Whether pg_steward.auto_actions names the kind. */
bool MayActAlone(ActionKind kind);

/* Whether pg_steward.maintenance_window is open now; it always is where it is not set. */
bool IsMaintenanceTime();

/* Called once by _PG_init. */
void DefineSettings();

} // namespace steward::pg
