/*-------------------------------------------------------------------------
 *
 * compare_prices.cpp
 *	  What a what-if price takes in-process, and what it takes a client that
 *	  asks EXPLAIN (FORMAT JSON) with hypopg over libpq.
 *
 *	  compare_prices ROUNDS PRICES QUERY INDEX...
 *
 * Each price is that of another set: all the indexes but one, the next one
 * each time.  In-process the test function price_many() asks for it.  The
 * client changes the set in hypopg, with one statement that drops an index
 * and creates another, and explains.  How long EXPLAIN takes by itself, all
 * the indexes there, is measured too.
 *
 * Two connections to the server that the PG* variables name stay open the
 * whole time.  They take turns, PRICES prices each; of ROUNDS turns the
 * quickest counts, so that what else the machine does weighs little.  Prints
 *
 *	  in-process-µs  libpq-µs  explain-µs  in-process-cost  libpq-cost
 *
 * the costs with all the indexes.
 *-------------------------------------------------------------------------
 */
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace
{

using Clock = std::chrono::steady_clock;
using Connection = std::unique_ptr<PGconn, void (*)(PGconn *)>;
using Result = std::unique_ptr<PGresult, void (*)(PGresult *)>;

[[noreturn]] void
Fail(const char *text)
{
	fprintf(stderr, "compare_prices: %s\n", text);
	exit(1);
}

Connection
Connect()
{
	Connection connection(PQconnectdb(""), PQfinish);

	if (PQstatus(connection.get()) != CONNECTION_OK)
		Fail(PQerrorMessage(connection.get()));
	return connection;
}

Result
Ask(const Connection &connection, const char *sql, const std::vector<const char *> &parameters = {})
{
	/* Without parameters the simple protocol, which is the quicker one. */
	Result result(parameters.empty()
					  ? PQexec(connection.get(), sql)
					  : PQexecParams(connection.get(), sql, static_cast<int>(parameters.size()), nullptr,
									 parameters.data(), nullptr, nullptr, 0),
				  PQclear);

	if (PQresultStatus(result.get()) != PGRES_TUPLES_OK && PQresultStatus(result.get()) != PGRES_COMMAND_OK)
		Fail(PQerrorMessage(connection.get()));
	return result;
}

double
SecondsSince(Clock::time_point start)
{
	return std::chrono::duration<double>(Clock::now() - start).count();
}

/* The cost of the top node, which EXPLAIN names first. */
double
TotalCost(const Result &explained)
{
	static const char kName[] = "\"Total Cost\": ";
	const char *found = strstr(PQgetvalue(explained.get(), 0, 0), kName);

	if (found == nullptr)
		Fail("EXPLAIN told no cost");
	return strtod(found + sizeof(kName) - 1, nullptr);
}

/* "{…}" with each element quoted. */
std::string
ArrayLiteral(const std::vector<const char *> &elements)
{
	std::string literal = "{";

	for (const char *element : elements)
	{
		literal += literal.size() > 1 ? ",\"" : "\"";
		for (; *element != '\0'; element++)
		{
			if (*element == '"' || *element == '\\')
				literal += '\\';
			literal += *element;
		}
		literal += '"';
	}
	return literal + "}";
}

/* A client that has the same indexes in hypopg. */
class HypopgClient
{
public:
	HypopgClient(const char *query, const std::vector<const char *> &indexes)
		: connection_(Connect()), explain_(std::string("EXPLAIN (FORMAT JSON) ") + query)
	{
		for (const char *index : indexes)
		{
			create_.push_back(" FROM hypopg_create_index('" + std::string(index) + "')");
			oids_.push_back(FirstValue("SELECT indexrelid" + create_.back()));
		}
	}

	double Explain() { return TotalCost(Ask(connection_, explain_.c_str())); }

	/* Puts back what was left out before, in the same statement. */
	void LeaveOut(size_t index)
	{
		if (left_out_ == kNone)
			FirstValue("SELECT hypopg_drop_index(" + oids_[index] + ")");
		else
			oids_[left_out_] =
				FirstValue("SELECT indexrelid, hypopg_drop_index(" + oids_[index] + ")" + create_[left_out_]);
		left_out_ = index;
	}

	void LeaveOutNone()
	{
		oids_[left_out_] = FirstValue("SELECT indexrelid" + create_[left_out_]);
		left_out_ = kNone;
	}

private:
	static constexpr size_t kNone = std::numeric_limits<size_t>::max();

	std::string FirstValue(const std::string &sql)
	{
		return PQgetvalue(Ask(connection_, sql.c_str()).get(), 0, 0);
	}

	Connection connection_;
	std::string explain_;
	std::vector<std::string> create_;
	std::vector<std::string> oids_;
	size_t left_out_ = kNone;
};

} // namespace

int
main(int argc, char **argv)
{
	if (argc < 5)
		Fail("usage: compare_prices ROUNDS PRICES QUERY INDEX...");

	int rounds = atoi(argv[1]);
	const char *prices = argv[2];
	const char *query = argv[3];
	std::vector<const char *> indexes(argv + 4, argv + argc);
	std::string array = ArrayLiteral(indexes);
	Connection ours = Connect();
	HypopgClient theirs(query, indexes);
	double our_best = std::numeric_limits<double>::infinity();
	double their_best = our_best;
	double explain_best = our_best;
	double their_cost = 0;

	for (int round = 0; round < rounds; round++)
	{
		Result priced = Ask(ours, "SELECT planner_calls, seconds FROM price_many($1, $2::text[], $3::int)",
							{query, array.c_str(), prices});

		if (strcmp(PQgetvalue(priced.get(), 0, 0), prices) != 0)
			Fail("not every price was a call of the planner");
		our_best = std::min(our_best, strtod(PQgetvalue(priced.get(), 0, 1), nullptr));

		Clock::time_point start = Clock::now();

		for (int i = 0; i < atoi(prices); i++)
			their_cost = theirs.Explain();
		explain_best = std::min(explain_best, SecondsSince(start));

		start = Clock::now();
		for (int i = 0; i < atoi(prices); i++)
		{
			theirs.LeaveOut(static_cast<size_t>(i) % indexes.size());
			theirs.Explain();
		}
		their_best = std::min(their_best, SecondsSince(start));
		theirs.LeaveOutNone();
	}

	Result cost = Ask(ours, "SELECT cost FROM what_if_cost($1, $2::text[])", {query, array.c_str()});

	printf("%.2f %.2f %.2f %s %.2f\n", our_best * 1e6 / atoi(prices), their_best * 1e6 / atoi(prices),
		   explain_best * 1e6 / atoi(prices), PQgetvalue(cost.get(), 0, 0), their_cost);
	return 0;
}
