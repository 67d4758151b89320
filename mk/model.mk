# The protocol of a lane's ring as a model for Spin. It needs nothing that is built, and is one of `make test`'s, too.

MODEL_TEST_SCRIPTS := $(wildcard tests/model/test_*.py)
TEST_SCRIPTS += $(MODEL_TEST_SCRIPTS)

.PHONY: check
check: ## Check the model of a lane's ring, and that no part of it can be left out
	@HOST=$(HOST) tests/run --logs $(HOST)/logs $(MODEL_TEST_SCRIPTS)
