
# The catalogue of cases in which an expert's answer is known, first half.

use strict;
use warnings;

use CheckCatalogue;

check_catalogue(1, 2);
