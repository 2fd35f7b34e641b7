# make run     set everything up and serve the app on this machine
# make check   set everything up and run what needs no browser: lint, types, Python, JavaScript, pages as scripts
# make test    set everything up and run every test: those, and the pages in a real browser
#
# Both need make and Python 3.11 or later, and nothing else. Another Python: make run PYTHON=python3.12
# Written for every make, GNU make 3.81 (macOS) and BSD make included.

PYTHON ?= python3
VENV_PACKAGE = $$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
HAS_VENV = $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null

# NumPy's OpenBLAS (0.3.31) takes AMD's processors with AVX-512 for a Haswell, which has none: 126 GFLOP/s a core in
# its product where those processors do 240 when told to be taken for what they are like.
CORE = $$(grep -qs AuthenticAMD /proc/cpuinfo && grep -qs avx512vl /proc/cpuinfo && echo OPENBLAS_CORETYPE=SkylakeX)

# One thread for matrix products: they are small, and two threads on busy cores took five times as long.
run: .venv/ready-to-run
	@env $(CORE) OPENBLAS_NUM_THREADS=1 .venv/bin/python -m streamlit run app.py

# -n 3: three tests at a time, so that two cores are busy while one of them waits for a page. Each has a server and a
# browser of its own; a file's tests stay together.
PYTEST = .venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# Types and rules of the JavaScript, as deno.jsonc has them. It asks no other machine for anything.
DENO = DENO_DIR=.venv/deno DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1 .venv/bin/deno

check: .venv/ready-to-test
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy cnnviz
	$(DENO) check --quiet --no-remote --no-lock cnnviz/ui
	$(DENO) lint
	$(PYTEST) -m "not browser"

test: .venv/ready-to-test
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy cnnviz
	$(DENO) check --quiet --no-remote --no-lock cnnviz/ui
	$(DENO) lint
	.venv/bin/python tests/chromium.py
	$(PYTEST)

# The two stamps. What they stand for is made anew when the list of packages, or the Python, is newer than they are.
.venv/ready-to-run: .venv/bin/python requirements.txt
	@echo "Installing what the app runs on (about a minute, the first time) ..."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/ready-to-test: .venv/ready-to-run requirements-test.txt
	@echo "Installing what the tests need ..."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-test.txt
	@touch $@

# Debian and Ubuntu keep a part of Python's venv in a package of its own.
.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "cnnviz needs Python 3.11 or later and finds no $(PYTHON) here: install it, or name yours with make run PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cnnviz needs Python 3.11 or later and $(PYTHON) is %d.%d: install a later one, or name it with make run PYTHON=/path/to/python3." % sys.version_info[:2])'
	@$(HAS_VENV) || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	  && apt-get update -q && apt-get install -q -y $(VENV_PACKAGE); } || true
	@$(HAS_VENV) || { \
	  echo "$(PYTHON) came without its venv module: install it with sudo apt install $(VENV_PACKAGE), then say make again." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv

.PHONY: run check test
