
# The check of the catalogue of cases in which an expert's answer is known: what
# is advised gives the expert's plan class and needs at most 1.1 times the buffers.
#
# Both are built for real and measured on the same server, one after the other.
# So is the expert's answer itself, without which a case would prove nothing: it
# has to be used, and to save at least half of the buffers.
#
# STEWARD_CASES=PATTERN runs the cases whose names match; STEWARD_CASES_PART=K/N
# the K-th of each N.

package CheckCatalogue;

use strict;
use warnings;

use Exporter 'import';

use Catalogue qw(read_cases advise advised_ddl existing_indexes build_indexes drop_indexes measure class_is_as_good needs_as_few advised_to_go verdicts);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use StewardCluster;
use Test::More;

our @EXPORT = qw(check_catalogue);

my $db = 'catalogue';
my $node;

sub sql
{
	return $node->safe_psql($db, $_[0]);
}

# built(EXISTING, CASE, DDL...): the measure with these indexes, and their size.
sub built
{
	my ($existing, $case, @ddl) = @_;
	my $size = build_indexes(\&sql, $existing, @ddl);
	my $measure = measure(\&sql, $case);
	my @names = split(/\n/, sql(qq{SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE indexrelid NOT IN ($existing)}));

	drop_indexes(\&sql, $existing);
	$measure->{size} = $size;
	$measure->{used} = grep { $measure->{indexes}{$_} } @names;
	return $measure;
}

sub show
{
	my ($what, $measure, @ddl) = @_;

	diag("$what: $measure->{buffers} buffers" . (defined $measure->{size} ? ", $measure->{size} bytes" : '')
		. ($measure->{sorts} ? ', sorts' : ''));
	diag("    $_") for @ddl, @{ $measure->{nodes} };
	return;
}

sub texts
{
	my ($rows) = @_;

	return join("\n", map { join(' ', grep { defined && !ref } values %$_) } @$rows);
}

sub check_none
{
	my ($rows) = @_;
	my @ddl = advised_ddl($rows);

	ok(!@ddl, 'no index is advised') or diag(join("\n", @ddl));
	return;
}

# Of given queries nobody knows whether they are all there are, so that nothing that a new index covers goes.
sub check_drops
{
	my ($case, $rows) = @_;

	is(advised_to_go($rows, 'replace'), join(' ', sort(split(' ', $case->{replaces} // ''))), 'what the new index replaces');
	is(advised_to_go($rows, 'drop'), join(' ', sort(split(' ', $case->{drops} // ''))), 'what is advised to go');
	return;
}

sub check_advice
{
	my ($case, $rows) = @_;
	my $existing = existing_indexes(\&sql);
	my @ddl = advised_ddl($rows);
	my $before = measure(\&sql, $case);
	my $expert = built($existing, $case, @{ $case->{expert} });
	my ($ours, $error);

	# The expert's answer
	ok($expert->{used} || $case->{utility} || $case->{triggers}, "the expert's index is used");
	ok($expert->{buffers} <= $before->{buffers} / 2, "the expert's index saves half of the buffers");
	for my $rejected (@{ $case->{rejected} })
	{
		my $other = built($existing, $case, $rejected);

		ok($expert->{buffers} <= $other->{buffers}, "it needs no more than $rejected") or show('rejected', $other);
	}

	# Ours
	ok(@ddl, 'an index is advised');
	ok(!(grep { /UNIQUE/ } @ddl), 'none is unique');
	$ours = eval { built($existing, $case, @ddl) };
	$error = $@;
	ok($ours, 'it can be built') or diag($error);
	if ($ours)
	{
		ok(class_is_as_good($ours, $expert), "the expert's plan class");
		ok(needs_as_few($ours, $expert), "at most 1.1 times the expert's buffers");
		ok($ours->{size} <= $case->{size} * $expert->{size}, "at most $case->{size} times the expert's size") if $case->{size};
		ok($ours->{size} <= 1.2 * $1, 'within the budget') if ($case->{ask} || '') =~ /storage_budget => (\d+)/;
	}
	if (!Test::More->builder->is_passing)
	{
		show('before', $before);
		show('expert', $expert, @{ $case->{expert} });
		show('ours', $ours, @ddl) if $ours;
		diag("withheld: $_->{ddl}: $_->{reason}") for grep { !defined $_->{confirmed_by} } @$rows;
	}
	return;
}

# check_catalogue(PART, PARTS): the PART-th of each PARTS cases.
sub check_catalogue
{
	my ($part, $parts) = @_;
	my $number = 0;
	my @cases = grep { $number++ % $parts == $part - 1 } read_cases(sort(glob('test/catalogue/*_cases.sql')));

	if (!@cases)
	{
		plan(skip_all => 'no case is called so in this part');
		return;
	}
	$node = new_steward('catalogue', q{
	pg_steward.mode = off
	pg_steward.sample_values = off
	max_parallel_workers_per_gather = 0
	shared_buffers = 512MB
	fsync = off
	}, extra => [ '--encoding=UTF8', '--locale=C' ]);

	$node->start;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	sql('SET client_min_messages = warning; CREATE EXTENSION pg_steward CASCADE; CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
	sql(slurp_file('test/catalogue/tables.sql'));

	for my $case (@cases)
	{
		subtest $case->{name} => sub {
			my $rows;

			sql($case->{prepare}) if $case->{prepare} ne '';
			$rows = eval { advise(\&sql, $case) };
			ok($rows, 'there is an answer') or diag($@);
			eval {
				if ($case->{none}) { check_none($rows || []); }
				else { check_advice($case, $rows || []); }
				check_drops($case, $rows || []);
				like(texts($rows || []), qr/$case->{mentions}/, 'it mentions what matters') if $case->{mentions};
				like(verdicts(\&sql), qr/$case->{verdict}/, 'the reason is told') if $case->{verdict};
				1;
			} or fail("no error: $@");
			sql($case->{cleanup}) if $case->{cleanup} ne '';
		};
	}

	$node->stop;
	unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no process crashed');
	done_testing();
	return;
}

1;
