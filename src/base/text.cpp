/*-------------------------------------------------------------------------
 *
 * text.cpp
 *	  Text for people: sizes, durations, plurals, joined lists, clipping.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace steward
{

namespace
{

bool
IsAsciiSpace(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool
IsHighBit(char c)
{
	return (static_cast<unsigned char>(c) & 0x80) != 0;
}

/* A byte of a UTF-8 character after its first one. */
bool
IsContinuation(char c)
{
	return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/* Whether each lead byte has the continuation bytes that it announces. */
bool
LooksLikeUtf8(std::string_view text)
{
	for (size_t i = 0; i < text.size();)
	{
		auto lead = static_cast<unsigned char>(text[i]);
		size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;

		if (length == 0 || i + length > text.size())
			return false;
		for (size_t j = 1; j < length; j++)
		{
			if (!IsContinuation(text[i + j]))
				return false;
		}
		i += length;
	}
	return true;
}

} // namespace

std::string
FormatDuration(double seconds)
{
	constexpr double kMinute = 60;
	constexpr double kHour = 60 * kMinute;
	constexpr double kDay = 24 * kHour;
	constexpr double kRounding = 1e-3; /* of who computed them from days */

	seconds = std::max(0.0, seconds) + kRounding;
	if (seconds >= kDay)
		return Count(static_cast<size_t>(seconds / kDay), "day");
	if (seconds >= kHour)
		return Count(static_cast<size_t>(seconds / kHour), "hour");
	return Count(std::max<size_t>(static_cast<size_t>(seconds / kMinute), 1), "minute");
}

std::string
QuoteLiteral(std::string_view text)
{
	std::string literal = "'";

	for (char c : text)
	{
		if (c == '\'')
			literal.push_back('\'');
		literal.push_back(c);
	}
	return literal + "'";
}

std::string
FormatNumber(double value, int digits)
{
	std::array<char, 400> buffer;

	/* The server keeps LC_NUMERIC at "C", so the point is a point. */
	snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
	return buffer.data();
}

std::string
FormatBytes(double bytes)
{
	static constexpr std::array<const char *, 5> kUnits = {"bytes", "kB", "MB", "GB", "TB"};
	size_t unit = 0;

	while (std::fabs(bytes) >= 1024 && unit + 1 < kUnits.size())
	{
		bytes /= 1024;
		unit++;
	}
	return FormatNumber(bytes, unit == 0 || std::fabs(bytes) >= 100 ? 0 : 1) + " " + kUnits[unit];
}

std::string
FormatMilliseconds(double milliseconds)
{
	double size = std::fabs(milliseconds);

	if (size >= 3600000)
		return FormatNumber(milliseconds / 3600000, 1) + " h";
	if (size >= 60000)
		return FormatNumber(milliseconds / 60000, 1) + " min";
	if (size >= 1000)
		return FormatNumber(milliseconds / 1000, 1) + " s";
	if (size >= 100)
		return FormatNumber(milliseconds, 0) + " ms";
	if (size >= 1)
		return FormatNumber(milliseconds, 1) + " ms";
	return FormatNumber(milliseconds, 3) + " ms";
}

std::string
FormatPercent(double share)
{
	double percent = share * 100;

	return FormatNumber(percent, percent != 0 && std::fabs(percent) < 10 ? 1 : 0) + " %";
}

std::string
Count(size_t number, std::string_view singular, std::string_view plural)
{
	std::string text = std::to_string(number) + " ";

	if (number == 1)
		return text.append(singular);
	return plural.empty() ? text.append(singular).append("s") : text.append(plural);
}

std::vector<std::string>
SplitList(std::string_view text, char separator)
{
	constexpr std::string_view kBlanks = " \t\r\n";
	std::vector<std::string> parts;

	while (!text.empty())
	{
		size_t end = std::min(text.find(separator), text.size());
		std::string_view part = text.substr(0, end);
		size_t first = std::min(part.find_first_not_of(kBlanks), part.size());
		size_t behind = part.find_last_not_of(kBlanks) + 1;

		if (first < part.size())
			parts.emplace_back(part.substr(first, behind - first));
		text.remove_prefix(std::min(end + 1, text.size()));
	}
	return parts;
}

std::string
Join(const std::vector<std::string> &parts, std::string_view separator)
{
	std::string text;

	for (const std::string &part : parts)
	{
		if (!text.empty())
			text.append(separator);
		text.append(part);
	}
	return text;
}

size_t
ClippedLength(std::string_view text, size_t limit)
{
	if (text.size() <= limit)
		return text.size();

	/*
	 * The encoding is not known here.  In another one than UTF-8, dropping
	 * the whole run of high-bit bytes at the cut never splits a character.
	 */
	bool utf8 = LooksLikeUtf8(text);

	while (limit > 0 &&
		   (utf8 ? IsContinuation(text[limit]) : IsHighBit(text[limit]) && IsHighBit(text[limit - 1])))
		limit--;
	return limit;
}

std::string
ClipBytes(std::string_view text, size_t limit)
{
	return std::string(text.substr(0, ClippedLength(text, limit)));
}

std::string
Excerpt(std::string_view text, size_t limit)
{
	std::string line;

	for (char c : text)
	{
		if (!IsAsciiSpace(c))
			line.push_back(c);
		else if (!line.empty() && line.back() != ' ')
			line.push_back(' ');
	}
	while (!line.empty() && line.back() == ' ')
		line.pop_back();
	if (line.size() <= limit)
		return line;
	return ClipBytes(line, limit > 3 ? limit - 3 : 0) + "...";
}

bool
MatchesLike(std::string_view text, std::string_view pattern)
{
	size_t t = 0;
	size_t p = 0;
	size_t resume_text = std::string_view::npos;
	size_t resume_pattern = 0;

	/* Greedy with one point to fall back to: the last % seen. */
	while (t < text.size())
	{
		if (p < pattern.size() && pattern[p] == '%')
		{
			resume_pattern = ++p;
			resume_text = t;
			continue;
		}

		bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
		size_t literal = escaped ? p + 1 : p;

		if (p < pattern.size() && ((!escaped && pattern[p] == '_') || pattern[literal] == text[t]))
		{
			bool whole_character = !escaped && pattern[p] == '_';

			p = literal + 1;
			t++;
			while (whole_character && t < text.size() && IsContinuation(text[t]))
				t++;
			continue;
		}
		if (resume_text == std::string_view::npos)
			return false;
		p = resume_pattern;
		do
			resume_text++;
		while (resume_text < text.size() && IsContinuation(text[resume_text]));
		t = resume_text;
	}
	while (p < pattern.size() && pattern[p] == '%')
		p++;
	return p == pattern.size();
}

bool
MatchesAnyLike(std::string_view text, const std::vector<std::string> &patterns)
{
	return std::any_of(patterns.begin(), patterns.end(),
					   [&](const std::string &pattern) { return MatchesLike(text, pattern); });
}

} // namespace steward
