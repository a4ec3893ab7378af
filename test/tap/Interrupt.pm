
# What the TAP tests that interrupt actions share: sessions that hold up a stage,
# and the ways to interrupt it.
package Interrupt;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

our @EXPORT = qw(interrupt_on hold release_first release_all await hold_later interruptions worker_pid);

my ($node, $db);
my @holders;

# The server and database that the others are about.
sub interrupt_on
{
	($node, $db) = @_;
	return;
}

sub worker_pid
{
	return q{(SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_steward action')};
}

# A session in a transaction that has done that.
sub hold
{
	my ($sql) = @_;
	my $session = $node->background_psql($db);

	$session->query_safe("BEGIN; $sql");
	push @holders, $session;
	return;
}

sub release_first
{
	my $session = shift @holders;

	# After a crash there is nobody on the other side.
	eval { $session->query('ROLLBACK'); };
	eval { $session->quit; };
	return;
}

sub release_all
{
	release_first() while @holders;
	return;
}

sub await
{
	my ($condition) = @_;

	return $node->poll_query_until($db, "SELECT coalesce(($condition), false)") || BAIL_OUT("never: $condition");
}

# That waits for who came before: whoever comes meanwhile is waited for at the next stage.
sub hold_later
{
	my ($first, $sql) = @_;

	return sub {
		await($first);
		hold($sql);
		release_first();
	};
}

sub start_again
{
	$node->stop('immediate');
	$node->start;
	return;
}

sub kill_it
{
	my ($type) = @_;
	my $offset = -s $node->logfile;
	my $pid = $node->safe_psql($db, "SELECT pid FROM pg_stat_activity WHERE backend_type = '$type' AND datname = '$db'");

	kill 'KILL', $pid;
	$node->wait_for_log(qr/all server processes terminated; reinitializing(.|\n)*database system is ready to accept connections/, $offset);
	return;
}

# Everything ends within two seconds by the server's clock, which does not count how fast psql starts.
sub stop_it
{
	my $took = $node->safe_psql($db, q{
SET client_min_messages = warning;
SET statement_timeout = 0;
CREATE TEMP TABLE took (seconds float8);
DO $$
DECLARE
	start timestamptz := clock_timestamp();
BEGIN
	PERFORM steward.stop('an incident');
	WHILE EXISTS (SELECT FROM pg_stat_get_activity(NULL) AS s
				   WHERE s.pid IN (SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_steward action'))
		  AND clock_timestamp() < start + interval '20 s'
	LOOP
		PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01);
	END LOOP;
	INSERT INTO took SELECT extract(epoch FROM clock_timestamp() - start);
END $$;
SELECT seconds FROM took;
});

	cmp_ok($took, '<', 2, 'everything has ended within 2 s');
	return;
}

# Each: its name, what does it, and whether it is one that people ask for.
sub interruptions
{
	my $worker = worker_pid();

	return ([ 'cancelled', sub { $node->safe_psql($db, "SELECT pg_cancel_backend($worker)") }, 1 ],
		[ 'terminated', sub { $node->safe_psql($db, "SELECT pg_terminate_backend($worker)") }, 0 ],
		[ 'stopped', \&stop_it, 1 ],
		[ 'its worker killed', sub { kill_it('pg_steward action') }, 0 ],
		[ 'its steward killed', sub { kill_it('pg_steward') }, 0 ],
		[ 'the server shut down at once', \&start_again, 0 ]);
}

1;
