/*-------------------------------------------------------------------------
 *
 * error.h
 *	  A refusal with all a person needs: SQLSTATE, message, detail, hint.
 *
 * Core returns refusals as values; the floors above throw them as Refusal
 * where an SQL function is to end with an ERROR.  The door of the function
 * turns one into ereport.
 *
 * Pure.
 *
 *-------------------------------------------------------------------------
 */
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace steward
{

/* The SQLSTATEs the steward raises itself, named as in PostgreSQL's errcodes. */
namespace sqlstate
{
inline constexpr const char *kSyntaxError = "42601";
inline constexpr const char *kUndefinedObject = "42704";
inline constexpr const char *kUndefinedTable = "42P01";
inline constexpr const char *kInsufficientPrivilege = "42501";
inline constexpr const char *kInvalidParameterValue = "22023";
inline constexpr const char *kFeatureNotSupported = "0A000";
inline constexpr const char *kActiveSqlTransaction = "25001";
inline constexpr const char *kReadOnlySqlTransaction = "25006";
inline constexpr const char *kNotInPrerequisiteState = "55000";
inline constexpr const char *kLockNotAvailable = "55P03";
inline constexpr const char *kQueryCanceled = "57014";
inline constexpr const char *kOutOfMemory = "53200";
inline constexpr const char *kProgramLimitExceeded = "54000";
inline constexpr const char *kInternalError = "XX000";
} // namespace sqlstate

struct Error
{
	std::string sqlstate;
	std::string message;
	std::string detail;
	std::string hint;
};

class Refusal : public std::exception
{
public:
	explicit Refusal(Error error) : error_(std::move(error)) {}

	const Error &error() const { return error_; }

	const char *what() const noexcept override { return error_.message.c_str(); }

private:
	Error error_;
};

} // namespace steward
