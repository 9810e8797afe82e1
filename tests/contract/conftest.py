import os
import sys
from pathlib import Path

# The comparisons stand beside the tests; without this they are found in pytest's default import mode only.
sys.path.insert(0, str(Path(__file__).parent))

# What compares the stand-in with ERPNext needs a real site, what looks at the stand-in alone the sandbox.
collect_ignore = ["test_stand_in.py" if os.environ.get("PRESALES_BENCH") else "test_erpnext_contract.py"]
