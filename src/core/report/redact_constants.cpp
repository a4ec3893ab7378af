/*-------------------------------------------------------------------------
 *
 * redact_constants.cpp
 *	  Take the constants out of SQL that somebody else is to read.
 *
 * Reads text as the server's lexer does, as far as it matters where constants
 * begin and end.  Normalised texts of pg_stat_statements have none, but a text
 * that it noted only at the end of an execution is not normalised; and it keeps
 * comments in any case.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#include "core/report/redact_constants.h"

#include <algorithm>

namespace steward
{

namespace
{

constexpr size_t kNoEnd = std::string_view::npos;

/* A number that is no longer says nothing of anybody: it is a count, an SQLSTATE or the like. */
constexpr size_t kLongestNumber = 5;

bool
IsDigit(char c)
{
	return c >= '0' && c <= '9';
}

bool
BeginsName(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		   static_cast<unsigned char>(c) >= 0x80;
}

bool
ContinuesName(char c)
{
	return BeginsName(c) || IsDigit(c) || c == '$';
}

/* The place behind the first character from `start` on that is not one of the kind. */
template <typename Kind>
size_t
SkipWhile(std::string_view sql, size_t start, Kind kind)
{
	while (start < sql.size() && kind(sql[start]))
		start++;
	return start;
}

bool
At(std::string_view sql, size_t place, std::string_view what)
{
	return sql.substr(std::min(place, sql.size()), what.size()) == what;
}

/* Behind the quote that ends what begins with the quote at `start`; a doubled one does not. */
size_t
EndOfQuoted(std::string_view sql, size_t start)
{
	char quote = sql[start];
	size_t place = start + 1;

	for (; place < sql.size(); place++)
	{
		if (sql[place] != quote)
			continue;
		if (!At(sql, place + 1, std::string_view(&quote, 1)))
			return place + 1;
		place++;
	}
	return kNoEnd;
}

/* The same for E'...', in which a backslash takes the next character's meaning away. */
size_t
EndOfEscaped(std::string_view sql, size_t start)
{
	for (size_t place = start + 1; place < sql.size(); place++)
	{
		if (sql[place] == '\\' || At(sql, place, "''"))
			place++;
		else if (sql[place] == '\'')
			return place + 1;
	}
	return kNoEnd;
}

/* Whether a backslash before a quote is one of the string, or hides the quote, is up to standard_conforming_strings. */
size_t
EndOfString(std::string_view sql, size_t start)
{
	size_t end = EndOfQuoted(sql, start);

	if (end != kNoEnd && sql.substr(start, end - start).find("\\'") != std::string_view::npos)
		return kNoEnd;
	return end;
}

/* Behind $tag$ ... $tag$; `start` itself where none begins there. */
size_t
EndOfDollarQuoted(std::string_view sql, size_t start)
{
	size_t tag_end = SkipWhile(sql, start + 1, [](char c) { return BeginsName(c) || IsDigit(c); });

	if (tag_end >= sql.size() || sql[tag_end] != '$' || IsDigit(sql[start + 1]))
		return start;

	std::string_view tag = sql.substr(start, tag_end + 1 - start);
	size_t end = sql.find(tag, tag_end + 1);

	return end == kNoEnd ? kNoEnd : end + tag.size();
}

/* Comments within comments count. */
size_t
EndOfComment(std::string_view sql, size_t start)
{
	int depth = 0;

	for (size_t place = start; place < sql.size(); place++)
	{
		if (At(sql, place, "/*"))
		{
			depth++;
			place++;
		}
		else if (At(sql, place, "*/"))
		{
			place++;
			if (--depth == 0)
				return place + 1;
		}
	}
	return kNoEnd;
}

size_t
EndOfNumber(std::string_view sql, size_t start)
{
	bool radix = sql[start] == '0' && start + 1 < sql.size() && BeginsName(sql[start + 1]);
	size_t place = start;

	for (; place < sql.size(); place++)
	{
		bool exponent = !radix && place > start && (sql[place - 1] == 'e' || sql[place - 1] == 'E');

		if (!ContinuesName(sql[place]) && sql[place] != '.' &&
			!(exponent && (sql[place] == '+' || sql[place] == '-')))
			break;
	}
	return place;
}

/* A piece of the text, and what it is. */
struct Token
{
	enum class Kind
	{
		kText,
		kConstant,
		kComment,
	};

	Kind kind = Kind::kText;
	size_t end = 0;
};

Token
NextName(std::string_view sql, size_t start)
{
	size_t end = SkipWhile(sql, start, ContinuesName);
	std::string_view name = sql.substr(start, end - start);

	if (name.size() == 1 && At(sql, end, "'"))
	{
		if (name == "e" || name == "E")
			return {Token::Kind::kConstant, EndOfEscaped(sql, end)};
		if (std::string_view("bBxXnN").find(name[0]) != std::string_view::npos)
			return {Token::Kind::kConstant, EndOfString(sql, end)};
	}
	if ((name == "u" || name == "U") && At(sql, end, "&'"))
		return {Token::Kind::kConstant, EndOfQuoted(sql, end + 1)};
	return {Token::Kind::kText, end};
}

Token
NextToken(std::string_view sql, size_t start)
{
	char c = sql[start];

	if (BeginsName(c))
		return NextName(sql, start);
	if (c == '\'')
		return {Token::Kind::kConstant, EndOfString(sql, start)};
	if (c == '"')
	{
		size_t end = EndOfQuoted(sql, start);

		return {end == kNoEnd ? Token::Kind::kConstant : Token::Kind::kText, end};
	}
	if (IsDigit(c) || (c == '.' && start + 1 < sql.size() && IsDigit(sql[start + 1])))
		return {Token::Kind::kConstant, EndOfNumber(sql, start)};
	if (c == '$' && start + 1 < sql.size())
	{
		if (IsDigit(sql[start + 1]))
			return {Token::Kind::kText, SkipWhile(sql, start + 1, IsDigit)};

		size_t end = EndOfDollarQuoted(sql, start);

		if (end != start)
			return {Token::Kind::kConstant, end};
	}
	if (At(sql, start, "--"))
		return {Token::Kind::kComment, sql.find('\n', start)};
	if (At(sql, start, "/*"))
		return {Token::Kind::kComment, EndOfComment(sql, start)};
	return {Token::Kind::kText, start + 1};
}

} // namespace

std::string
ConstantRedactor::NameFor(std::string_view constant)
{
	auto known = known_.find(constant);

	if (known == known_.end())
		known = known_.emplace(constant, known_.size() + 1).first;
	return "'redacted " + std::to_string(known->second) + "'";
}

std::string
ConstantRedactor::Redact(std::string_view sql)
{
	std::string redacted;

	for (size_t place = 0; place < sql.size();)
	{
		Token token = NextToken(sql, place);
		std::string_view piece = sql.substr(place, token.end == kNoEnd ? kNoEnd : token.end - place);

		if (token.kind == Token::Kind::kConstant)
			redacted += NameFor(piece);
		else if (token.kind == Token::Kind::kComment)
			redacted += " ";
		else
			redacted += piece;
		place += piece.size();
	}
	return redacted;
}

std::string
RedactMessage(std::string_view message)
{
	std::string redacted;

	/* In other languages the server quotes otherwise. */
	if (std::any_of(message.begin(), message.end(), [](char c) { return (c & 0x80) != 0; }))
		return "redacted";
	for (size_t place = 0; place < message.size();)
	{
		size_t end = place + 1;
		bool tells = false;

		if (message[place] == '"')
		{
			/* To the last quote: what is quoted may have some itself. */
			end = message.rfind('"') + 1;
			tells = end > place + 1;
		}
		else if (IsDigit(message[place]))
		{
			end = SkipWhile(message, place, IsDigit);
			tells = end - place > kLongestNumber;
		}
		redacted += tells ? "\"redacted\"" : message.substr(place, end - place);
		place = end;
	}
	return redacted;
}

} // namespace steward
