/*-------------------------------------------------------------------------
 *
 * text.h
 *	  Text for people: sizes, durations, plurals, joined lists, clipping.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace steward
{

/* "6.8 MB": powers of 1024, as pg_size_pretty names them. */
std::string FormatBytes(double bytes);

/* "0.042 ms", "12.3 ms", "4.1 s", "2.5 min", "3.0 h". */
std::string FormatMilliseconds(double milliseconds);

/* "3 days", "5 hours" or "12 minutes", rounded down; a minute at least. */
std::string FormatDuration(double seconds);

/* An SQL string literal, for text that people copy (standard_conforming_strings). */
std::string QuoteLiteral(std::string_view text);

/* A number with `digits` digits after the point, in the C locale. */
std::string FormatNumber(double value, int digits);

/* "37 %" of a share between 0 and 1. */
std::string FormatPercent(double share);

/* "1 index", "2 indexes": `plural` defaults to `singular` + "s". */
std::string Count(size_t number, std::string_view singular, std::string_view plural = {});

/* The parts between commas, without the blanks around them; empty ones are left out. */
std::vector<std::string> SplitList(std::string_view text, char separator = ',');

std::string Join(const std::vector<std::string> &parts, std::string_view separator);

/* How much of the text fits into `limit` bytes without cutting a multi-byte character. */
size_t ClippedLength(std::string_view text, size_t limit);

/* That much of it. */
std::string ClipBytes(std::string_view text, size_t limit);

/* One line of at most `limit` bytes: white space folded, "..." where cut. */
std::string Excerpt(std::string_view text, size_t limit);

/* SQL LIKE with % and _ and \ as the escape character; _ is one character of UTF-8. */
bool MatchesLike(std::string_view text, std::string_view pattern);

bool MatchesAnyLike(std::string_view text, const std::vector<std::string> &patterns);

} // namespace steward
