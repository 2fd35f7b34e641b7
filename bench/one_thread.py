"""Import this before NumPy, which reads it once: what `make run` sets, one thread each; and the project is found."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"
about = Path("/proc/cpuinfo").read_text() if os.path.exists("/proc/cpuinfo") else ""
if "AuthenticAMD" in about and "avx512vl" in about:  # the Makefile says why
    os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
