#include "core/report/redact_constants.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

std::string
Redact(std::string_view sql)
{
	return ConstantRedactor().Redact(sql);
}

TEST(RedactConstants, TakesOutStringsAndNumbers)
{
	EXPECT_EQ(Redact("SELECT a FROM t WHERE b = 'x' AND c > 12.5e-3 AND d = .5"),
			  "SELECT a FROM t WHERE b = 'redacted 1' AND c > 'redacted 2' AND d = 'redacted 3'");
	EXPECT_EQ(Redact("x=-1_000 OR y=0xFF+2"), "x=-'redacted 1' OR y='redacted 2'+'redacted 3'");
}

TEST(RedactConstants, LeavesNamesAndParameters)
{
	for (const char *sql :
		 {"SELECT t1.c2, a$1 FROM \"T 'x' 12\" AS \"a\"\"b\" WHERE d = $1 AND e = $23::int4",
		  "e IS NULL AND u & b AND NOT true", ""})
		EXPECT_EQ(Redact(sql), sql);
}

TEST(RedactConstants, KnowsHowStringsEnd)
{
	EXPECT_EQ(Redact("a = 'it''s 1' + b"), "a = 'redacted 1' + b");
	EXPECT_EQ(Redact("a = E'it\\'s ''1' + b"), "a = 'redacted 1' + b");
	EXPECT_EQ(Redact("a = $$x 'y$$ + $q$x $$ y$q$ + b"), "a = 'redacted 1' + 'redacted 2' + b");
	EXPECT_EQ(Redact("B'01' X'ff' N'n' U&'d\\0061t' date'x'"),
			  "'redacted 1' 'redacted 2' 'redacted 3' 'redacted 4' date'redacted 5'");
}

TEST(RedactConstants, TakesTheRestWhereNobodyKnows)
{
	EXPECT_EQ(Redact("a = 'open secret"), "a = 'redacted 1'");
	EXPECT_EQ(Redact("a = \"open secret"), "a = 'redacted 1'");
	EXPECT_EQ(Redact("a = $q$open secret$"), "a = 'redacted 1'");
	/* With standard_conforming_strings = off the string goes on. */
	EXPECT_EQ(Redact("a = 'x\\' OR b = 'secret'"), "a = 'redacted 1'");
}

TEST(RedactConstants, TakesOutComments)
{
	EXPECT_EQ(Redact("SELECT /* who 'x /* 1 */ 2 */ a -- secret\nFROM t -- more"), "SELECT   a  \nFROM t  ");
	EXPECT_EQ(Redact("SELECT /* open"), "SELECT  ");
}

TEST(RedactConstants, TellsWhichAreEqual)
{
	ConstantRedactor constants;

	EXPECT_EQ(constants.Redact("a = 'x' OR a = 'y' OR a = 'x'"),
			  "a = 'redacted 1' OR a = 'redacted 2' OR a = 'redacted 1'");
	EXPECT_EQ(constants.Redact("b = 'y'"), "b = 'redacted 2'");
}

TEST(RedactMessage, TakesOutWhatIsQuotedAndLongNumbers)
{
	EXPECT_EQ(RedactMessage("invalid input syntax for type integer: \"a \"b\" c\""),
			  "invalid input syntax for type integer: \"redacted\"");
	EXPECT_EQ(RedactMessage("card 4111111111111111 is blocked"), "card \"redacted\" is blocked");
	EXPECT_EQ(RedactMessage("3 of 10 calls, SQLSTATE 22012, an open \" quote"),
			  "3 of 10 calls, SQLSTATE 22012, an open \" quote");
}

TEST(RedactMessage, QuotesOfOtherLanguagesHideNothingFromIt)
{
	EXPECT_EQ(RedactMessage("ungültige Eingabesyntax für Typ date: „Meier“"), "redacted");
	EXPECT_EQ(RedactMessage("syntaxe en entrée invalide : « Meier »"), "redacted");
}

} // namespace

} // namespace steward
