/*-------------------------------------------------------------------------
 *
 * redact_constants.h
 *	  Take the constants out of SQL that somebody else is to read.
 *
 * Equal constants stay equal, different ones stay different: whoever reads two
 * texts still sees whether they say the same.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace steward
{

class ConstantRedactor
{
public:
	/*
	 * The text with 'redacted 1', 'redacted 2' and so on for its strings and
	 * numbers, and a space for each comment.  Names, $1 and the like, and the
	 * words NULL, TRUE and FALSE stay.  Where it cannot be told where a
	 * constant ends, all the rest is taken for one.
	 */
	std::string Redact(std::string_view sql);

private:
	std::string NameFor(std::string_view constant);

	std::map<std::string, size_t, std::less<>> known_;
};

/*
 * A message of the server with "redacted" for all that is quoted in it, and for
 * long numbers; in another language than English, for all of it.
 */
std::string RedactMessage(std::string_view message);

} // namespace steward
