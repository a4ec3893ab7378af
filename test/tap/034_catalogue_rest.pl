
# The catalogue of cases in which an expert's answer is known, second half: beside
# the first it takes half the time.

use strict;
use warnings;

use CheckCatalogue;

check_catalogue(2, 2);
