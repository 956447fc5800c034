# Heyi 和议 - `make run` starts it, `make test` checks everything. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Tests start hundreds of processes: what they load is compiled once, also where a container says not to.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
NPM := .ci/npm
PIP := $(PY) -m pip install --disable-pip-version-check --no-input
WEB_STAMP := web/node_modules/.installed
WEB_BUILT := web/dist/.built
WEB_SOURCES := $(wildcard $(shell git ls-files -co --exclude-standard web 2>/dev/null \
	|| find web -name node_modules -prune -o -path web/dist -prune -o -type f -print))

# A busy machine stalls a real browser or a real phone's line now and then: what fails is run
# once more, with nobody beside, and what fails twice has failed. (1: tests failed. Anything else,
# a crashed worker among it, leaves tests that did not run.)
again = || { [ $$? -eq 1 ] && $(PY) -m pytest -m "$(1)" $(DRAWN) --last-failed --last-failed-no-failures none; }
# Which forgeries the script of a record judges too is drawn anew each time (DRAW=n: the same again),
# and once for both runs, so that what failed is not left out the second time.
DRAW := $(if $(DRAW),$(DRAW),$(shell date +%s))
DRAWN := --draw $(DRAW)
# Tests store and sync much: where there are 8 GiB of memory to spare for it, no disk is waited for.
IN_MEMORY = $(shell test "$$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 8388608 2>/dev/null && echo TMPDIR=/dev/shm)
# Files of tests run side by side; the browsers, which measure what they see, one by one.
SIDE_BY_SIDE = 2
ALONE = journey or browser or alone
say = @printf '\n==> %s\n' '$(1)'
# $(call step,what it is,command): runs the command, and names the step if it fails.
step = @printf '\n==> %s\n' '$(1)'; $(2) || { printf '\n==> 未通过 · FAILED: %s\n' '$(1)' >&2; exit 1; }

.PHONY: help run build test bench attacks fuzz torture lock generated format clean coverage

help:
	@printf '%s\n' \
	'make run       启动（含演示数据） · start with a demo committee on http://127.0.0.1:8080' \
	'make build     只安装与构建 · install and build only' \
	'make test      全部检查与测试 · every check and test (DRAW=n: the same forgeries for verify.sh again)' \
	'make bench     性能数字 · the figures we promise, measured here' \
	'make generated 重新生成接口类型与设置表 · make wire types and the settings table again' \
	'make fuzz      畸形数据，每种十万份 · 100 000 broken inputs of each kind (FUZZ_SEED=n: the same again)' \
	'make attacks   对卷宗的攻击，长跑 · attacks on a record, the long run: every forgery by all three' \
	'make torture   强杀与断电，长跑 · kills and power cuts, the long run (KILLS=1000 CUTS=300)' \
	'make format    统一格式 · format the sources' \
	'make coverage  测试覆盖 · which lines the tests reach' \
	'make lock      重新锁定依赖 · pin the Python dependencies again (UPGRADE=1: newest)' \
	'make clean     清理（不动 recordings/） · remove what was built; records stay'

# ------------------------------------------------------------------------------ what people run

run: $(STAMPS)/runtime $(WEB_BUILT)
	$(call step,准备数据库 · preparing the database,$(PY) -m server migrate)
	$(call say,启动 · starting)
	@exec $(PY) -m server serve --demo

build: $(STAMPS)/runtime $(WEB_BUILT)

test: debian $(STAMPS)/dev $(WEB_STAMP)
	$(call step,格式 · format,$(PY) -m ruff format --check .)
	$(call step,规范 · lint,$(PY) -m ruff check .)
	$(call step,类型 · types,$(PY) -m mypy)
	$(call step,分层 · layers,$(VENV)/bin/lint-imports)
	$(call step,接口类型 · types of the wire,$(NPM) run types -- --check)
	$(call step,网页检查 · web check,$(NPM) run check)
	$(call step,网页测试 · web tests,$(NPM) test)
	$(call step,网页构建 · web build,$(NPM) run build)
	@touch $(WEB_BUILT)
	$(call step,网页大小 · web size,$(NPM) run check:size)
	$(call step,测试 · tests,$(IN_MEMORY) $(PY) -m pytest -o tmp_path_retention_policy=failed -n $(SIDE_BY_SIDE) --dist loadfile --max-worker-restart 0 $(DRAWN) -m "not ($(ALONE))" $(call again,not ($(ALONE))))
	$(call step,浏览器 · browsers,$(PY) -m pytest -m "$(ALONE)" $(call again,$(ALONE)))

bench: debian $(STAMPS)/dev $(WEB_BUILT)
	$(call step,媒体转发：十六间，每间三人，对照原版 MediaRelay · media: sixteen rooms of three beside a stock MediaRelay,$(PY) -m server bench media --rooms 16 --seconds 20)
	$(call step,媒体转发：四间 · media: four rooms of three,$(PY) -m server bench media --rooms 4 --seconds 20)
	$(call step,录制的开销：八间，录与不录轮流 · recording: eight rooms of three by turns recorded and not,$(PY) -m server bench recording --rooms 8 --seconds 3)
	$(call step,进入到第一帧画面 · from entering to the first picture,$(PY) -m tests.media.first_frame)
	$(call step,从点按到第一帧画面 · from the tap to the first picture,$(PY) -m tests.journeys.first_frame)
	$(call step,换网络到画面恢复 · from a change of network to the picture,$(PY) -m pytest -q tests/netns/test_network.py -k another_network)
	$(call step,来回各丢百分之五的一分钟 · a minute with 5 % lost each way,$(PY) -m tests.netns.lossy_minute)
	$(call step,再各加三十毫秒 · the same with 30 ms each way,$(PY) -m tests.netns.lossy_minute --delay-ms 30)
	$(call step,卷宗检索：十万份 · search among 100 000 records,$(PY) -m server bench records --records 100000)
	$(call step,签署与核验 · signing and verifying,$(PY) -m tests.torture.signing_figures)
	$(call step,日志核对：一百万条 · checking a log of 1 000 000 entries,$(PY) -m server bench log --entries 1000000)
	$(call step,媒体转发：一个核心一百间 · media: a hundred rooms of three on one core,$(PY) -m server bench media --rooms 100 --seconds 10)

FUZZ_INPUTS ?= 100000
FUZZ_SEED ?= $(shell date +%s)

fuzz: $(STAMPS)/dev
	@FUZZ_INPUTS=$(FUZZ_INPUTS) FUZZ_SEED=$(FUZZ_SEED) $(PY) -m pytest tests/fuzz -o timeout=3600

attacks: debian $(STAMPS)/dev $(WEB_BUILT)
	$(PY) -m pytest tests/archive --bent 500 --by-script all -o timeout=3600

# How often programs are killed by `make torture`; `make test` does it thirty times in the store,
# six times while people sign.
KILLS = 1000
# And how often the power is cut while people sign and seal; kills there are one for every call.
CUTS = 300

# How far it is stands in this file: who waits for hours wants to see that it goes on.
TORTURE_LOG = test-results/torture.log
TOLD = -o log_file=$(TORTURE_LOG) -o log_file_mode=a -o log_file_level=INFO
TORTURED = $(IN_MEMORY) TORTURE_KILLS=$(KILLS) TORTURE_CUTS=$(CUTS) $(PY) -m pytest -o tmp_path_retention_policy=failed
SHARED = -n $(SIDE_BY_SIDE) --dist worksteal --max-worker-restart 0

torture: debian $(STAMPS)/dev
	@mkdir -p $(dir $(TORTURE_LOG)) && rm -f $(TORTURE_LOG)
	$(call step,强杀与断电 · kills and power cuts,$(TORTURED) $(SHARED) tests/store/test_kills.py tests/store/test_rotation.py tests/archive/test_power_cuts.py tests/archive/test_writer.py)
	$(call step,签署与盖章之中（进度见 $(TORTURE_LOG)） · while people sign and seal (see how far in $(TORTURE_LOG)),$(TORTURED) $(SHARED) $(TOLD) -m "not alone" tests/torture)
	$(call step,事件循环 · the event loop,$(TORTURED) -m alone tests/torture)

format: $(STAMPS)/dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

generated: $(STAMPS)/dev $(WEB_STAMP)
	$(PY) -m tests.architecture.wire
	$(NPM) run types
	$(PY) -m tests.architecture.settings_page

coverage: debian $(STAMPS)/dev $(WEB_BUILT)
	$(PY) -m pytest --cov --cov-report=term --cov-report=html

UV_COMPILE = $(VENV)/bin/uv pip compile --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command 'make lock' --quiet $(if $(UPGRADE),--upgrade)

lock: $(STAMPS)/dev
	$(UV_COMPILE) pyproject.toml --group build -o requirements.txt
	$(UV_COMPILE) pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	$(UV_COMPILE) --group node -o requirements-node.txt
	$(UV_COMPILE) --group installer -o requirements-pip.txt

clean:
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
		htmlcov .coverage test-results web/node_modules web/dist

# ------------------------------------------------------------------------------ what that needs

.PHONY: debian
debian:
	@.ci/debian

# A Python that was upgraded under us takes its environment with it: begin again.
ifneq ($(shell $(PY) -c 'import pip' 2>/dev/null && echo works),works)
$(shell rm -rf $(STAMPS))
endif

$(STAMPS)/venv:
	$(call say,建立 Python 环境 · making the Python environment in $(VENV))
	@.ci/venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/pip: requirements-pip.txt | $(STAMPS)/venv
	@$(PIP) --quiet --require-hashes -r requirements-pip.txt
	@touch $@

$(STAMPS)/runtime: requirements.txt pyproject.toml $(STAMPS)/pip
	$(call say,安装 Python 依赖（首次约需一两分钟） · installing Python packages (a minute or two the first time))
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.txt $(STAMPS)/runtime
	$(call say,安装测试工具 · installing what the tests need)
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(WEB_STAMP): web/package-lock.json | $(STAMPS)/venv
	$(call say,安装网页依赖（首次约需一两分钟） · installing web packages (a minute or two the first time))
	@$(NPM) ci --include=dev --no-audit --no-fund
	@touch $@

$(WEB_BUILT): $(WEB_STAMP) $(WEB_SOURCES)
	$(call say,构建网页 · building the web pages)
	@$(NPM) run build
	@touch $@
