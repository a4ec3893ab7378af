#include "core/workload/correct_constants.h"

#include <gtest/gtest.h>

namespace steward
{

namespace
{

const Prices kDefaults = {1, 4, 0.01, 0.005, 0.0025, 0.1, 1000};

} // namespace

TEST(CorrectConstants, PagesStandToProcessingAsTheyDoInMilliseconds)
{
	Prices milliseconds = {0.0006123, 0.0012345, 0.0001, 0.00005, 0.000025, 0.001, 10};
	Prices corrected = ConstantsFor(milliseconds, kDefaults);

	EXPECT_NEAR(corrected[0], 0.061, 1e-9);
	EXPECT_NEAR(corrected[1], 0.12, 1e-9);
	for (size_t i = 2; i < kCostConstants; i++)
		EXPECT_EQ(corrected[i], kDefaults[i]);
}

TEST(CorrectConstants, OnePriceThatIsOffDoesNotMoveThePages)
{
	Prices milliseconds = {0.01, 0.04, 0.0001, 0.5, 0.000025, 0.001, 10};

	EXPECT_NEAR(ConstantsFor(milliseconds, kDefaults)[0], 1, 1e-9);
	EXPECT_NEAR(ConstantsFor(milliseconds, kDefaults)[1], 4, 1e-9);
}

TEST(CorrectConstants, APageOutOfOrderIsNeverTheCheaperOne)
{
	Prices milliseconds = {0.01, 0.004, 0.0001, 0.00005, 0.000025, 0.001, 10};
	Prices corrected = ConstantsFor(milliseconds, kDefaults);

	EXPECT_EQ(corrected[0], corrected[1]);
}

TEST(CorrectConstants, ALookAtAPageIsPartOfWhatThePageTakes)
{
	Prices milliseconds = {0, 0.0005, 0.0001, 0.00005, 0.000025, 0.001, 10, 0.0006};
	Prices corrected = ConstantsFor(milliseconds, kDefaults);

	EXPECT_NEAR(corrected[0], 0.06, 1e-9);
	EXPECT_NEAR(corrected[1], 0.11, 1e-9);
}

TEST(CorrectConstants, ConstantsOfZeroStay)
{
	Prices constants = {1, 4, 0, 0, 0, 0, 0};

	EXPECT_EQ(ConstantsFor(kDefaults, constants), constants);
}

} // namespace steward
