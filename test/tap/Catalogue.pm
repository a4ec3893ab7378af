
# The catalogue of cases in which an expert's answer is known (test/catalogue),
# and how one of them is asked about, built and measured.
#
# The test and the benchmark share this, so that both mean the same by a case.
# Neither a server nor a connection is made here: every function that needs one
# takes SQL, a sub that runs a psql script and returns what it prints.
#
# A file of cases is SQL with marks, one a line, each with what belongs to it
# beneath:
#
#	--! case NAME         a comment that says why the expert's answer is right,
#	                      then what steward.recommend_indexes() is asked about
#	--! observe TIMES     what ran so often before, instead: advice is for the
#	                      observed workload; {i} is the number of the execution
#	--! measure           what is run, if not just that: parameters need values
#	--! expert            the expert's indexes; "--! expert none" is no index
#	--! rejected          other answers; none needs fewer buffers than the expert's
#	--! prepare           SQL before the case, and
#	--! cleanup           SQL after it
#	--! session           SQL at the beginning of each session that asks or measures
#	--! ask ARGUMENTS     further arguments, as in storage_budget => 100000
#	--! write             what is measured writes: it is rolled back
#	--! utility           EXPLAIN cannot show what is measured: only buffers count
#	--! triggers          EXPLAIN cannot show what its triggers do: only buffers count
#	--! size FACTOR       what is advised has at most so many times the expert's size
#	--! mentions PATTERN  the advice has text that matches
#	--! verdict PATTERN   so has what steward.statements says of an observed one
#	--! replaces NAMES    indexes that the new one replaces; otherwise none
#	--! drops NAMES       indexes that are advised to go; otherwise none
#
# Statements end with a semicolon at the end of a line.
package Catalogue;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();

our @EXPORT_OK = qw(
  read_cases advise existing_indexes build_indexes drop_indexes measure
  class_is_as_good needs_as_few advised_ddl advised_to_go verdicts
);

my @texts = qw(statements measure expert rejected prepare cleanup session);
my @words = qw(ask size mentions verdict replaces drops);
my @flags = qw(write utility triggers);

# read_cases(FILES): the cases of all files, as hashes with the marks as keys.
# Those whose names do not match STEWARD_CASES are left out, and of K/N in
# STEWARD_CASES_PART all but the K-th of each N.
sub read_cases
{
	my @cases;

	for my $path (@_)
	{
		my $section = '';

		open(my $file, '<', $path) or die "could not open $path: $!";
		while (my $line = <$file>)
		{
			if ($line =~ /^--! (\w+) *(.*?)\s*$/)
			{
				my ($mark, $rest) = ($1, $2);

				die "$path:$.: no case yet" unless @cases || $mark eq 'case';
				$section = $mark;
				if ($mark eq 'case')
				{
					push @cases, { name => $rest, about => '', observe => [], map { ($_ => '') } @texts };
					$section = 'statements';
				}
				elsif ($mark eq 'observe') { push @{ $cases[-1]{observe} }, { times => $rest, script => '' }; }
				elsif ($mark eq 'expert' && $rest eq 'none') { $cases[-1]{none} = 1; }
				elsif (grep { $_ eq $mark } @words) { $cases[-1]{$mark} = $rest; }
				elsif (grep { $_ eq $mark } @flags) { $cases[-1]{$mark} = 1; }
				elsif (!grep { $_ eq $mark } @texts) { die "$path:$.: unknown mark \"$mark\""; }
			}
			elsif (@cases && $line =~ /^-- ?(.*)/s) { $cases[-1]{about} .= $1; }
			elsif (@cases && $section eq 'observe') { $cases[-1]{observe}[-1]{script} .= $line; }
			elsif (@cases && grep { $_ eq $section } @texts) { $cases[-1]{$section} .= $line; }
			elsif ($line =~ /\S/ && $line !~ /^--/) { die "$path:$.: this belongs to no section"; }
		}
		close($file);
	}
	for my $case (@cases)
	{
		for my $text (qw(statements measure expert rejected))
		{
			$case->{$text} = [ grep { /\S/ } split(/;[ \t]*(?:\n|\z)/, $case->{$text}) ];
		}
		$case->{measure} = $case->{statements} unless @{ $case->{measure} };
		die "case $case->{name} asks about nothing" unless @{ $case->{statements} } || @{ $case->{observe} };
		die "case $case->{name} has no expert's answer" unless $case->{none} || @{ $case->{expert} };
	}
	my ($part, $parts) = ($ENV{STEWARD_CASES_PART} || '1/1') =~ m{^(\d+)/(\d+)$} or die 'STEWARD_CASES_PART is not K/N';
	my $number = 0;

	# Not an empty pattern: to perl that is the one that matched last.
	my $names = $ENV{STEWARD_CASES} || '.';
	my @wanted = grep { $_->{name} =~ /$names/ && $number++ % $parts == $part - 1 } @cases;

	die "no case is called $names" unless @wanted;
	return @wanted;
}

# literal(TEXT): TEXT as an SQL literal.
sub literal
{
	my ($text) = @_;

	$text =~ s/'/''/g;
	return $text =~ s/\\/\\\\/g ? " E'$text'" : "'$text'";
}

# observe(SQL, CASE): runs what is to be observed, with counters that begin now.
sub observe
{
	my ($sql, $case) = @_;
	my $script = '';

	for my $part (@{ $case->{observe} })
	{
		for my $i (1 .. $part->{times}) { $script .= $part->{script} =~ s/\{i\}/$i/gr; }
	}
	$sql->("$case->{session}
SELECT pg_stat_statements_reset(), pg_stat_reset();
\\o /dev/null
$script
SELECT pg_stat_force_next_flush();");
	return;
}

# advise(SQL, CASE): the rows of steward.recommend_indexes(), as hashes.
sub advise
{
	my ($sql, $case) = @_;
	my $queries = 'NULL';
	my $ask = $case->{ask} ? ", $case->{ask}" : '';

	if (@{ $case->{observe} }) { observe($sql, $case); }
	else { $queries = 'ARRAY[' . join(', ', map { literal($_) } @{ $case->{statements} }) . ']'; }
	return JSON::PP->new->decode($sql->("$case->{session}
SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY rank), '[]') FROM steward.recommend_indexes(queries => $queries$ask) AS r;"));
}

# verdicts(SQL): what becomes of the observed statements, one a line.
sub verdicts
{
	my ($sql) = @_;

	return $sql->(q{
\\o /dev/null
SELECT * FROM steward.refresh();
\\o
SELECT advice FROM steward.statements WHERE advice IS NOT NULL;});
}

# advised_ddl(ROWS): what a DBA would run of them in one transaction: the new
# indexes that got a second opinion.
sub advised_ddl
{
	my ($rows) = @_;
	my @ddl = map { $_->{ddl} } grep { $_->{action} ne 'drop' && defined $_->{confirmed_by} } @$rows;

	s/^(CREATE (?:UNIQUE )?INDEX) CONCURRENTLY/$1/ for @ddl;
	return @ddl;
}

# advised_to_go(ROWS, ACTION): the names of the indexes that rows with this
# action drop or replace, in order.
sub advised_to_go
{
	my ($rows, $action) = @_;

	return join(' ', sort(map { @{ $_->{replaces} } } grep { $_->{action} eq $action } @$rows));
}

# existing_indexes(SQL): the OIDs of all indexes, for build_indexes.
sub existing_indexes
{
	my ($sql) = @_;

	return $sql->(q{SELECT string_agg(indexrelid::text, ',') FROM pg_index});
}

# build_indexes(SQL, EXISTING, DDL...): make them, and have their expressions'
# statistics read.  Returns what they take in bytes.
sub build_indexes
{
	my ($sql, $existing, @ddl) = @_;

	return $sql->(join('', map { s/;?\s*$/;\n/r } @ddl) . "
SELECT DISTINCT format('ANALYZE %s;', indrelid::regclass) FROM pg_index
 WHERE indexrelid NOT IN ($existing) AND indexprs IS NOT NULL \\gexec
SELECT coalesce(sum(pg_relation_size(indexrelid)), 0) FROM pg_index WHERE indexrelid NOT IN ($existing);");
}

# drop_indexes(SQL, EXISTING): drop all that did not exist.
sub drop_indexes
{
	my ($sql, $existing) = @_;

	$sql->("SELECT format('DROP INDEX %s;', indexrelid::regclass) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE indexrelid NOT IN ($existing) AND NOT relispartition \\gexec");
	return;
}

# in_rollback(CASE, SCRIPT): the script, without any effect if the case writes.
sub in_rollback
{
	my ($case, $script) = @_;

	return $case->{write} ? "BEGIN;\n$script\nROLLBACK;\n" : $script;
}

# What a plan does with each table: 0 reads all of it, 1 uses an index, 2 an
# index alone.  A table that is read in several ways counts as the worst.
sub read_plan
{
	my ($node, $facts) = @_;
	my %ways = ('Seq Scan' => 0, 'Bitmap Heap Scan' => 1, 'Index Scan' => 1, 'Index Only Scan' => 2);
	my $way = $ways{ $node->{'Node Type'} };

	if (defined $way)
	{
		my $table = $node->{'Relation Name'};
		my $before = $facts->{ways}{$table};

		$facts->{ways}{$table} = $way if !defined $before || $before > $way;
		push @{ $facts->{nodes} }, "$node->{'Node Type'} on $table" . ($node->{'Index Name'} ? " using $node->{'Index Name'}" : '');
	}
	elsif ($node->{'Index Name'})
	{
		push @{ $facts->{nodes} }, "$node->{'Node Type'} using $node->{'Index Name'}";
	}
	$facts->{indexes}{ $node->{'Index Name'} } = 1 if $node->{'Index Name'};
	$facts->{sorts}++ if $node->{'Node Type'} =~ /Sort$/;
	read_plan($_, $facts) for @{ $node->{Plans} || [] };
	return;
}

# measure(SQL, CASE): what the case's statements do now, together: {ways, nodes,
# indexes, sorts, buffers}.  The cache is warm, and so is the session.
#
# The buffers are those of pg_stat_statements, since they include what triggers
# need, and none of what planning needs.  What a statement that was rolled back
# left behind is cleaned up, so that the next one finds the tables as this did.
sub measure
{
	my ($sql, $case) = @_;
	my $facts = { ways => {}, nodes => [], indexes => {}, sorts => 0, buffers => 0 };
	my $mark = '=== catalogue';

	for my $statement (@{ $case->{measure} })
	{
		my $run = in_rollback($case, "$statement;");
		my $explain = $case->{utility} ? '' : in_rollback($case, "\\o\n\\qecho '$mark'\nEXPLAIN (FORMAT JSON) $statement;\n\\qecho '$mark'\n\\o /dev/null");
		my $out = $sql->("\\o /dev/null
$case->{session}
$run
SELECT pg_stat_statements_reset();
$run
$explain
\\o
SELECT sum(shared_blks_hit + shared_blks_read) FROM pg_stat_statements
 WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND query !~* '^(BEGIN|ROLLBACK|EXPLAIN|SET)|pg_stat_statements';");

		if ($out =~ s/\A$mark\n(.*)$mark\n//s)
		{
			read_plan($_->{Plan}, $facts) for @{ JSON::PP->new->decode($1) };
		}
		$facts->{buffers} += $out;
	}
	$sql->('VACUUM;') if $case->{write};
	return $facts;
}

# class_is_as_good(OURS, EXPERT): ours uses an index, or an index alone, wherever
# the expert's does, or it needs no more buffers; and it sorts only if that sorts.
sub class_is_as_good
{
	my ($ours, $expert) = @_;

	return 0 if $ours->{sorts} && !$expert->{sorts};
	return 1 if $ours->{buffers} <= $expert->{buffers};
	return !grep { ($ours->{ways}{$_} // 0) < $expert->{ways}{$_} } keys %{ $expert->{ways} };
}

# needs_as_few(OURS, EXPERT): a tenth more buffers at most.  Two pages are let
# pass beside that: how high a tree is depends on how full its pages are.
sub needs_as_few
{
	my ($ours, $expert) = @_;

	return $ours->{buffers} <= 1.1 * $expert->{buffers} + 2;
}

1;
