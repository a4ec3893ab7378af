# pg_steward: build, install, and everything a developer calls.
#
#	make                the module and the install script
#	make install        into the server of $(PG_CONFIG)
#	make demo           see it work, from nothing, on a server of its own
#	make test           every test; make unit: those that need no server
#	make test-matrix    the tests on newer PostgreSQL, in chroots
#	make soak           ten minutes of clients at work while the steward acts and is disturbed
#	make bench          what it costs and what its advice is worth
#	make format lint    clang-format over the sources; clang-tidy
#	make install-deps   the packages that the tests need
#
# WERROR=1 makes every warning an error (CI sets it).  demo, test, unit and
# bench install what is missing on a Debian machine, and work on a private
# copy of the server's installation: they never touch the installed server.

EXTENSION  = pg_steward
MODULE_big = pg_steward

# The version stands in the control file alone; the module compares it with
# that of the SQL objects that it is called from.
STEWARD_VERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" pg_steward.control)

BUILD   := build/module
SOURCES := $(wildcard src/*/*.cpp src/*/*/*.cpp)
OBJS    := $(patsubst src/%.cpp,$(BUILD)/%.o,$(SOURCES))

INSTALL_PARTS := $(sort $(wildcard install/*.sql))
DATA       := $(wildcard install/upgrade/pg_steward--*--*.sql)
DATA_built := $(BUILD)/pg_steward--$(STEWARD_VERSION).sql

PG_CPPFLAGS  = -Isrc -DSTEWARD_VERSION='"$(STEWARD_VERSION)"'
# Before 16 the server leaves PGDLLEXPORT empty, and hidden visibility would
# hide the entry points too.
PG_CPPFLAGS += -DPGDLLEXPORT='__attribute__((visibility("default")))'
PG_CXXFLAGS  = -std=c++20 -Wall -Wextra -Wno-register -fvisibility=hidden -fvisibility-inlines-hidden
ifeq ($(WERROR),1)
PG_CXXFLAGS += -Werror
endif
# PGXS links with the C compiler.
SHLIB_LINK  += -lstdc++ $(libpq)
EXTRA_CLEAN  = build

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

all:

ifneq ($(PGXS),)

# PGXS compiles bitcode without PG_CXXFLAGS, so not as C++20.
override with_llvm := no
include $(PGXS)

# Standbys are asked over libpq.
override CPPFLAGS += -I$(libpq_srcdir)

# As system headers the server's own do not trip over our warnings.
override CPPFLAGS := $(patsubst -I/%,-isystem /%,$(CPPFLAGS))

# STEWARD_CXXFLAGS=-O0 compiles in half the time, for who changes the code.
override CXXFLAGS += $(STEWARD_CXXFLAGS)

# Other flags, or another server, mean that everything is compiled again.
FLAGS := $(BUILD)/flags
NEW_FLAGS := $(CXX) $(subst ','\'',$(CXXFLAGS) $(CPPFLAGS)) $(VERSION)
$(shell mkdir -p $(BUILD); echo '$(NEW_FLAGS)' | cmp -s - $(FLAGS) || echo '$(NEW_FLAGS)' >$(FLAGS))

$(OBJS): $(BUILD)/%.o: src/%.cpp $(FLAGS)
	@mkdir -p $(@D)
	$(COMPILE.cc) -MMD -MP -o $@ $<

# A source that was removed leaves no trace in the module.
$(shlib): $(BUILD)/sources
$(BUILD)/sources: FORCE
	@echo '$(SOURCES) $(TEST_SOURCES)' | cmp -s - $@ || echo '$(SOURCES) $(TEST_SOURCES)' >$@

$(DATA_built): $(INSTALL_PARTS) pg_steward.control
	@mkdir -p $(@D)
	{ printf '%s\n' '\echo Use "CREATE EXTENSION pg_steward" to load this file. \quit'; \
	  for part in $(INSTALL_PARTS); do echo; cat $$part; done; } >$@

# What tests and benchmarks call from SQL, linked with the floors below flow.
# Only private copies of a server get it, never `make install`.
TEST_SOURCES := $(wildcard test/module/*.cpp)
TEST_OBJS    := $(patsubst test/module/%.cpp,$(BUILD)/test/%.o,$(TEST_SOURCES))
TEST_MODULE  := $(BUILD)/steward_test$(DLSUFFIX)
FLOOR_OBJS   := $(filter $(addprefix $(BUILD)/,base/% model/% core/% pg/%),$(OBJS))

$(TEST_OBJS): $(BUILD)/test/%.o: test/module/%.cpp $(FLAGS)
	@mkdir -p $(@D)
	$(COMPILE.cc) -MMD -MP -o $@ $<

$(TEST_MODULE): $(TEST_OBJS) $(FLOOR_OBJS) $(BUILD)/sources
	$(LINK.shared) -o $@ $(TEST_OBJS) $(FLOOR_OBJS) $(LDFLAGS) $(LDFLAGS_SL) $(SHLIB_LINK)

test-module: $(TEST_MODULE)

install-test-module: $(TEST_MODULE)
	$(MKDIR_P) '$(DESTDIR)$(pkglibdir)'
	$(INSTALL_SHLIB) $(TEST_MODULE) '$(DESTDIR)$(pkglibdir)/'

-include $(OBJS:.o=.d) $(TEST_OBJS:.o=.d)

else

# Without PGXS nothing can be compiled, but install-deps, test and demo bring it.
all install uninstall:
	@echo "$(PG_CONFIG) or the PostgreSQL server headers are missing; as root: make install-deps" >&2
	@exit 1
clean:
	rm -rf build pg_steward.so

endif

# What these need may have been missing when make read this file, PGXS
# included; so they are scripts, which call make again.
demo:
	@tools/install_deps demo
	@tools/private_install demo/run

test:
	@tools/install_deps test
	@test/run

unit:
	@tools/install_deps test
	@test/run unit

bench:
	@tools/install_deps bench
	@tools/private_install --test-module bench/run

test-matrix:
	@test/matrix

soak:
	@tools/install_deps bench
	@test/soak

install-deps:
	@tools/install_deps test

format:
	@tools/format

lint:
	@tools/install_deps lint
	@tools/lint

FORCE:

.PHONY: all install uninstall clean demo test unit bench soak test-module install-test-module test-matrix install-deps format lint FORCE
