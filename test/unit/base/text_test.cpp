/*-------------------------------------------------------------------------
 *
 * text_test.cpp
 *	  Shows that text for people reads as promised: sizes and times in the
 *	  unit a person would choose, cuts that never split a character, and LIKE
 *	  patterns that match what SQL's LIKE matches.
 *
 *-------------------------------------------------------------------------
 */
#include "base/text.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

TEST(FormatBytes, PicksTheUnitThatKeepsTheNumberShort)
{
	struct Case
	{
		double bytes;
		const char *text;
	};
	for (const Case &c :
		 {Case{0, "0 bytes"}, Case{1023, "1023 bytes"}, Case{1024, "1.0 kB"}, Case{8192, "8.0 kB"},
		  Case{102400, "100 kB"}, Case{7130317, "6.8 MB"}, Case{268435456, "256 MB"},
		  Case{1024.0 * 1024 * 1024, "1.0 GB"}, Case{5.5 * 1024 * 1024 * 1024 * 1024, "5.5 TB"},
		  Case{3000.0 * 1024 * 1024 * 1024 * 1024, "3000 TB"}, Case{-2048, "-2.0 kB"}})
		EXPECT_EQ(FormatBytes(c.bytes), c.text);
}

TEST(FormatMilliseconds, PicksTheUnitThatKeepsTheNumberShort)
{
	struct Case
	{
		double milliseconds;
		const char *text;
	};
	for (const Case &c :
		 {Case{0, "0.000 ms"}, Case{0.042, "0.042 ms"}, Case{1, "1.0 ms"}, Case{12.34, "12.3 ms"},
		  Case{100, "100 ms"}, Case{999, "999 ms"}, Case{4100, "4.1 s"}, Case{150000, "2.5 min"},
		  Case{10800000, "3.0 h"}, Case{-1500, "-1.5 s"}})
		EXPECT_EQ(FormatMilliseconds(c.milliseconds), c.text);
}

TEST(FormatPercent, ShowsADecimalOnlyBelowTenPercent)
{
	EXPECT_EQ(FormatPercent(0), "0 %");
	EXPECT_EQ(FormatPercent(0.004), "0.4 %");
	EXPECT_EQ(FormatPercent(0.371), "37 %");
	EXPECT_EQ(FormatPercent(1), "100 %");
}

TEST(FormatDuration, PicksTheUnitAndRoundsDown)
{
	EXPECT_EQ(FormatDuration(-5), "1 minute") << "a clock was set back";
	EXPECT_EQ(FormatDuration(0), "1 minute");
	EXPECT_EQ(FormatDuration(13.0 / 1440 * 86400), "13 minutes");
	EXPECT_EQ(FormatDuration(119), "1 minute");
	EXPECT_EQ(FormatDuration(3599), "59 minutes");
	EXPECT_EQ(FormatDuration(3600), "1 hour");
	EXPECT_EQ(FormatDuration(86399), "23 hours");
	EXPECT_EQ(FormatDuration(86400), "1 day");
	EXPECT_EQ(FormatDuration(35 * 86400), "35 days");
}

TEST(Count, AgreesInNumber)
{
	EXPECT_EQ(Count(0, "index", "indexes"), "0 indexes");
	EXPECT_EQ(Count(1, "index", "indexes"), "1 index");
	EXPECT_EQ(Count(2, "index", "indexes"), "2 indexes");
	EXPECT_EQ(Count(3, "statement"), "3 statements");
}

TEST(Join, PutsTheSeparatorBetween)
{
	EXPECT_EQ(Join({}, ", "), "");
	EXPECT_EQ(Join({"a"}, ", "), "a");
	EXPECT_EQ(Join({"a", "b", "c"}, ", "), "a, b, c");
}

TEST(ClipBytes, LeavesShortTextAlone)
{
	EXPECT_EQ(ClipBytes("abc", 3), "abc");
	EXPECT_EQ(ClipBytes("", 0), "");
}

TEST(ClipBytes, CutsAsciiAtTheLimit)
{
	EXPECT_EQ(ClipBytes("abcdef", 4), "abcd");
	EXPECT_EQ(ClipBytes("abcdef", 0), "");
}

TEST(ClipBytes, NeverEndsInsideACharacter)
{
	/* "aé" is three bytes: a, 0xC3, 0xA9. */
	EXPECT_EQ(ClipBytes("a\xC3\xA9z", 2), "a");
	EXPECT_EQ(ClipBytes("a\xC3\xA9z", 3), "a\xC3\xA9");
	/* The euro sign has three bytes. */
	EXPECT_EQ(ClipBytes("ab\xE2\x82\xACz", 3), "ab");
	EXPECT_EQ(ClipBytes("ab\xE2\x82\xACz", 4), "ab");
	EXPECT_EQ(ClipBytes("ab\xE2\x82\xACz", 5), "ab\xE2\x82\xAC");
}

TEST(Excerpt, FoldsWhiteSpaceIntoOneLine)
{
	EXPECT_EQ(Excerpt("  select *\n\tfrom  t\r\n where a = 1  ", 100), "select * from t where a = 1");
	EXPECT_EQ(Excerpt(" \n\t ", 100), "");
}

TEST(Excerpt, ShowsThatItWasCutAndStaysWithinTheLimit)
{
	std::string cut = Excerpt("select a, b, c from t", 12);

	EXPECT_EQ(cut, "select a,...");
	EXPECT_EQ(cut.size(), 12u);
	EXPECT_EQ(Excerpt("select 1", 8), "select 1");
}

TEST(MatchesLike, ThePatternCoversTheWholeText)
{
	EXPECT_TRUE(MatchesLike("public.orders", "public.orders"));
	EXPECT_FALSE(MatchesLike("public.orders", "public.order"));
	EXPECT_FALSE(MatchesLike("public.orders", "orders"));
	EXPECT_FALSE(MatchesLike("Public.orders", "public.orders"));
	EXPECT_TRUE(MatchesLike("", ""));
	EXPECT_FALSE(MatchesLike("a", ""));
}

TEST(MatchesLike, PercentIsAnyText)
{
	EXPECT_TRUE(MatchesLike("public.orders", "%"));
	EXPECT_TRUE(MatchesLike("", "%"));
	EXPECT_TRUE(MatchesLike("public.orders", "public.%"));
	EXPECT_TRUE(MatchesLike("public.orders", "%.orders"));
	EXPECT_TRUE(MatchesLike("public.orders", "%or%"));
	EXPECT_TRUE(MatchesLike("public.orders", "p%o%s"));
	EXPECT_FALSE(MatchesLike("public.orders", "%.order"));
	EXPECT_FALSE(MatchesLike("public.orders", "archive.%"));
	EXPECT_TRUE(MatchesLike("abab", "%ab"));
	EXPECT_TRUE(MatchesLike("aaab", "%%aab"));
}

TEST(MatchesLike, UnderscoreIsOneCharacter)
{
	EXPECT_TRUE(MatchesLike("log_1", "log__"));
	EXPECT_FALSE(MatchesLike("log_", "log__"));
	EXPECT_TRUE(MatchesLike("abc", "_b_"));
	EXPECT_FALSE(MatchesLike("", "_"));
}

TEST(MatchesLike, UnderscoreIsOneCharacterOfSeveralBytesToo)
{
	EXPECT_TRUE(MatchesLike("\xC3\xA9t\xC3\xA9", "_t_"));
	EXPECT_FALSE(MatchesLike("\xC3\xA9", "__"));
	EXPECT_TRUE(MatchesLike("a\xE2\x82\xAC", "a_"));
	EXPECT_TRUE(MatchesLike("a\xE2\x82\xAC\xE2\x82\xAC"
							"b",
							"%_b"));
}

TEST(MatchesLike, BackslashTakesTheNextCharacterLiterally)
{
	EXPECT_TRUE(MatchesLike("log_1", "log\\_1"));
	EXPECT_FALSE(MatchesLike("logs1", "log\\_1"));
	EXPECT_TRUE(MatchesLike("100%", "100\\%"));
	EXPECT_FALSE(MatchesLike("1000", "100\\%"));
	EXPECT_TRUE(MatchesLike("a\\b", "a\\\\b"));
	EXPECT_TRUE(MatchesLike("ab", "\\a\\b"));
	EXPECT_TRUE(MatchesLike("x.a_b", "%\\_b"));
}

TEST(MatchesAnyLike, OnePatternIsEnough)
{
	EXPECT_TRUE(MatchesAnyLike("public.orders", {"log.%", "public.%"}));
	EXPECT_FALSE(MatchesAnyLike("public.orders", {"log.%", "public.order"}));
	EXPECT_FALSE(MatchesAnyLike("public.orders", {}));
}

} // namespace

} // namespace steward
